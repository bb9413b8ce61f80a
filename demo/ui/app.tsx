// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import { CrfPanel } from './crf-panel.js';
import { ExportPanel } from './export-panel.js';
import { Header } from './header.js';
import { Hud } from './hud.js';
import { LabelPanel } from './label-panel.js';
import { MarkPanel } from './mark-panel.js';
import { MeasurePanel } from './measure-panel.js';
import { Messages } from './messages.js';
import { Stage } from './stage.js';
import { Tabs } from './tabs.js';
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
          <Hud session={session} />
        </section>
        <aside class="panels" aria-label="Settings">
          <LabelPanel session={session} />
          <MarkPanel session={session} />
          <Tabs
            title="Settings"
            onChange={(name) => {
              session.isMeasuring.value = name === 'Measure';
            }}
            tabs={[
              { name: 'Refine', content: () => <CrfPanel session={session} /> },
              { name: 'Measure', content: () => <MeasurePanel session={session} /> },
              { name: 'Export', content: () => <ExportPanel session={session} /> },
            ]}
          />
        </aside>
      </main>
    </div>
  );
}
