// SPDX-License-Identifier: MIT

import { settingsFor } from '../../networks/catalogue.js';
import type { Session } from '../../state/session.js';
import { LabelPanel } from '../marks/label-panel.js';
import { MarkPanel } from '../marks/mark-panel.js';
import { ToolBar } from '../marks/tool-bar.js';
import { CrfPanel } from '../panels/crf-panel.js';
import { MeasurePanel } from '../panels/measure-panel.js';
import { NetworkPicker } from '../panels/network-picker.js';
import { Tabs } from '../parts/tabs.js';
import { Actions } from './actions.js';
import { BackdropPanel } from './backdrop-panel.js';
import { ExportPanel } from './export-panel.js';
import { Hud } from './hud.js';
import { InstanceSummary } from './instance-summary.js';
import { Messages } from './messages.js';
import { Stage } from './stage.js';
import { ViewBar } from './view-bar.js';

export function PhotoPage({ session }: { session: Session }) {
  return (
    <main class="work">
      <section class="canvas-side" aria-label="Picture">
        <ViewBar session={session} />
        <Messages session={session} />
        <Stage session={session} />
        <div class="foot">
          <Hud session={session} />
          <Actions session={session} />
        </div>
      </section>
      <aside class="panels" aria-label="Settings">
        <BackdropPanel session={session} />
        <LabelPanel board={session}>
          <InstanceSummary session={session} />
        </LabelPanel>
        {session.takesMarks.value && (
          <MarkPanel board={session} canMove>
            {!session.ownsLabels.value && <Correction session={session} />}
          </MarkPanel>
        )}
        <Tabs
          title="Settings"
          first="Refine"
          onChange={(name) => {
            session.isMeasuring.value = name === 'Measure';
          }}
          tabs={[
            {
              name: 'Network',
              content: () => (
                <NetworkPicker
                  use="photo"
                  chosen={session.network}
                  // Marks of a photo need no network, whatever its size.
                  {...(session.network.value !== 'colour-prompt' && { inputSize: session.inputSize })}
                  seen={session.refinement.value?.networkInput}
                  loading={session.loading.value}
                  onCancel={() => session.cancelNetwork()}
                />
              ),
            },
            {
              name: 'Refine',
              content: () => <CrfPanel settings={session.settings} initial={settingsFor(session.network.value)} />,
            },
            { name: 'Measure', content: () => <MeasurePanel session={session} /> },
            { name: 'Export', content: () => <ExportPanel session={session} /> },
          ]}
        />
      </aside>
      {session.takesMarks.value && <ToolBar board={session} canMove />}
    </main>
  );
}

/** The network takes what stands out for a person where there is none. */
function Correction({ session }: { session: Session }) {
  return (
    <>
      <p class="hint">This is what the network took for a person. What you draw corrects it.</p>
      <button
        type="button"
        class="button"
        title="Leaves the network out: your marks say what there is"
        onClick={() => {
          session.network.value = 'colour-prompt';
        }}
      >
        Mark something else
      </button>
    </>
  );
}
