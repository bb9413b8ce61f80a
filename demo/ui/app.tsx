// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
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
}

export function App({ mode, session, live }: AppProps) {
  return (
    <div class="page">
      <Header mode={mode} session={session} />
      {mode.value === 'photo' ? <PhotoPage session={session} /> : <LivePage live={live} />}
    </div>
  );
}
