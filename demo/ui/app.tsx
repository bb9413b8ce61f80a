// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { Keeper } from '../state/keeper.js';
import type { Session } from '../state/session.js';
import type { LiveSession } from '../webcam/live-session.js';
import { Header } from './header.js';
import type { Mode } from './mode-switch.js';
import { PhotoPage } from './photo/page.js';
import { LivePage } from './webcam/page.js';

export interface AppProps {
  mode: Signal<Mode>;
  session: Session;
  live: LiveSession;
  keeper: Keeper;
}

export function App({ mode, session, live, keeper }: AppProps) {
  return (
    <div class="page">
      <Header mode={mode} session={session} />
      {mode.value === 'photo' ? <PhotoPage session={session} keeper={keeper} /> : <LivePage live={live} />}
    </div>
  );
}
