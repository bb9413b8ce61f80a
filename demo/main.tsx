// SPDX-License-Identifier: MIT

import { render } from 'preact';
import { followAddress } from './state/address-sync.js';
import { Session } from './state/session.js';
import { App } from './ui/app.js';
import { listenForFiles } from './ui/files.js';
import { listenForKeys } from './ui/keys.js';
import { showNextView } from './ui/view-bar.js';

const root = document.querySelector('#app');
if (!root) throw new Error('index.html has no #app.');

const session = new Session(chosenBackend());
listenForFiles(session);
listenForKeys(session, () => showNextView(session));
render(<App session={session} />, root);
void followAddress(session);

/** `?backend=webgpu` takes a software adapter too; `?backend=cpu` does without. */
function chosenBackend(): Session['backend'] {
  const wanted = new URLSearchParams(location.search).get('backend');
  return wanted === 'webgpu' || wanted === 'cpu' ? wanted : 'auto';
}
