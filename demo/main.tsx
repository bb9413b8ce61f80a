// SPDX-License-Identifier: MIT

import { render } from 'preact';
import { samples } from './photo/samples.js';
import { Session } from './state/session.js';
import { App } from './ui/app.js';
import { listenForFiles } from './ui/files.js';
import { listenForKeys } from './ui/keys.js';

const root = document.querySelector('#app');
if (!root) throw new Error('index.html has no #app.');

const session = new Session(chosenBackend());

/** `?backend=webgpu` takes a software adapter too; `?backend=cpu` does without. */
function chosenBackend(): Session['backend'] {
  if (!('gpu' in navigator && navigator.gpu)) return 'cpu';
  const wanted = new URLSearchParams(location.search).get('backend');
  return wanted === 'webgpu' || wanted === 'cpu' ? wanted : 'auto';
}
listenForFiles(session);
listenForKeys(session);
render(<App session={session} />, root);
void session.openSample(samples[0]);
