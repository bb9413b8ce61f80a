// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import { render } from 'preact';
import { keepForOffline } from './offline/register.js';
import { followAddress } from './state/address-sync.js';
import { Keeper } from './state/keeper.js';
import { type Backend, Session } from './state/session.js';
import { App } from './ui/app.js';
import { listenForFiles } from './ui/files.js';
import { listenForGestures } from './ui/gestures.js';
import { listenForKeys } from './ui/keys.js';
import type { Mode } from './ui/mode-switch.js';
import { sweepOnce } from './ui/photo/sweep.js';
import { showNextView } from './ui/photo/view-bar.js';
import { showNextEffect } from './ui/webcam/view-bar.js';
import { LiveSession } from './webcam/live-session.js';

const root = document.querySelector('#app');
if (!root) throw new Error('index.html has no #app.');

const mode = signal<Mode>('photo');
const session = new Session(chosenBackend());
const live = new LiveSession(session.backend);
listenForFiles(session, live, mode);
listenForGestures([session.timeline, live.timeline]);
listenForKeys(() =>
  mode.value === 'photo'
    ? {
        board: session.board,
        divider: session.look.divider,
        showsOriginal: session.look.showsOriginal,
        nextView: () => showNextView(session.look),
      }
    : { board: live.board, divider: live.look.divider, nextView: () => showNextEffect(live) },
);
sweepOnce(session);
const keeper = new Keeper(session);
void followAddress(session, live, mode, keeper);
whenFirstShown(session.results, keepForOffline);
render(<App mode={mode} session={session} live={live} keeper={keeper} />, root);

/** `?backend=webgpu` takes a software adapter too; `?backend=cpu` does without. */
function chosenBackend(): Backend {
  const wanted = new URLSearchParams(location.search).get('backend');
  return wanted === 'webgpu' || wanted === 'cpu' ? wanted : 'auto';
}

/** Not before there is something to see: what is kept for later comes over the same line. */
function whenFirstShown({ refinementCount }: Session['results'], act: () => void): void {
  const stop = refinementCount.subscribe((count) => {
    if (count !== 1) return;
    act();
    stop();
  });
}
