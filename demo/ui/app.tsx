// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import { BrushPanel } from './brush-panel.js';
import { CrfPanel } from './crf-panel.js';
import { Header } from './header.js';
import { LabelPanel } from './label-panel.js';
import { Messages } from './messages.js';
import { Readout } from './readout.js';
import { Stage } from './stage.js';
import { ViewBar } from './view-bar.js';

export function App({ session }: { session: Session }) {
  return (
    <div class="page">
      <Header session={session} />
      <main class="work">
        <section class="canvas-side" aria-label="Picture">
          <ViewBar session={session} />
          <Messages session={session} />
          <Stage session={session} />
          <Readout session={session} />
        </section>
        <aside class="panels" aria-label="Settings">
          <LabelPanel session={session} />
          <BrushPanel session={session} />
          <CrfPanel session={session} />
        </aside>
      </main>
    </div>
  );
}
