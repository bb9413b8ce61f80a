// SPDX-License-Identifier: MIT

import { settingsFor } from '../../networks/catalogue.js';
import { byMarks, type Network } from '../../networks/network-choice.js';
import type { Keeper } from '../../state/keeper.js';
import type { Session } from '../../state/session.js';
import type { Cell } from '../../state/timeline.js';
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
import { KeptPhoto } from './kept-photo.js';
import { Messages } from './messages.js';
import { Stage } from './stage.js';
import { ViewBar } from './view-bar.js';

export function PhotoPage({ session, keeper }: { session: Session; keeper: Keeper }) {
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
        <LabelPanel board={session.board}>
          <InstanceSummary session={session} />
        </LabelPanel>
        {session.choice.takesMarks.value && (
          <MarkPanel board={session.board} canMove>
            {!session.choice.ownsLabels.value && <Correction session={session} />}
          </MarkPanel>
        )}
        <KeptPhoto keeper={keeper} isOpen={session.open.isOwn.value} />
        <Tabs
          title="Settings"
          first="Refine"
          onChange={(name) => {
            session.measurements.isMeasuring.value = name === 'Measure';
          }}
          tabs={[
            {
              name: 'Network',
              content: () => (
                <NetworkPicker
                  use="photo"
                  chosen={networkOf(session)}
                  // Marks of a photo need no network, whatever its size.
                  {...(session.choice.network.value !== byMarks && {
                    inputSize: session.timeline.cell('network size', session.choice.inputSize),
                  })}
                  seen={session.results.refinement.value?.networkInput}
                  loading={session.choice.loading.value}
                  onCancel={() => session.cancelNetwork()}
                />
              ),
            },
            {
              name: 'Refine',
              content: () => (
                <CrfPanel
                  settings={session.timeline.cell('settings', session.settings)}
                  initial={settingsFor(session.choice.network.value)}
                />
              ),
            },
            { name: 'Measure', content: () => <MeasurePanel session={session} /> },
            { name: 'Export', content: () => <ExportPanel session={session} /> },
          ]}
        />
      </aside>
      {session.choice.takesMarks.value && <ToolBar board={session.board} canMove />}
    </main>
  );
}

/** Choosing another one is a step for undo. */
function networkOf(session: Session): Cell<Network> {
  return {
    get value() {
      return session.choice.network.value;
    },
    set value(network) {
      session.chooseNetwork(network);
    },
  };
}

/** The network takes what stands out for a person where there is none. */
function Correction({ session }: { session: Session }) {
  return (
    <>
      <p class="hint">
        {session.results.result.value
          ? 'This is what the network took for a person. What you draw corrects it.'
          : 'A network looks for a person. What you draw corrects it.'}
      </p>
      <button
        type="button"
        class="button"
        title="Leaves the network out: your marks say what there is"
        onClick={() => {
          session.chooseNetwork(byMarks);
        }}
      >
        Mark something else
      </button>
    </>
  );
}
