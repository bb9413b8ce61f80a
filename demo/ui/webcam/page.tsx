// SPDX-License-Identifier: MIT

import { useEffect } from 'preact/hooks';
import type { LiveSession } from '../../webcam/live-session.js';
import { LabelPanel } from '../marks/label-panel.js';
import { MarkPanel } from '../marks/mark-panel.js';
import { ToolBar } from '../marks/tool-bar.js';
import { CrfPanel } from '../panels/crf-panel.js';
import { Tabs } from '../parts/tabs.js';
import { LiveActions } from './actions.js';
import { EffectPanel } from './effect-panel.js';
import { LiveHud } from './hud.js';
import { LiveMeasurePanel } from './measure-panel.js';
import { LiveMessages } from './messages.js';
import { QualityPanel } from './quality-panel.js';
import { LiveStage } from './stage.js';
import { LiveViewBar } from './view-bar.js';

export function LivePage({ live }: { live: LiveSession }) {
  // Whoever leaves this page does not expect the camera to stay on.
  useEffect(() => () => live.turnOff(), [live]);
  const isOn = live.camera.status.value === 'on';
  // A network's are not known before it is loaded.
  const knowsLabels = isOn && (live.takesMarks.value || live.palette.found.value !== undefined);
  return (
    <main class="work">
      <section class="canvas-side" aria-label="Camera">
        <LiveViewBar live={live} />
        <LiveMessages live={live} />
        <LiveStage live={live} />
        <div class="foot">
          <LiveHud live={live} />
          <LiveActions live={live} />
        </div>
      </section>
      <aside class="panels" aria-label="Settings">
        <EffectPanel live={live} />
        {knowsLabels && <LabelPanel board={live.board} />}
        {isOn && live.takesMarks.value && <MarkPanel board={live.board} />}
        <Tabs
          title="Settings"
          first="Quality"
          tabs={[
            { name: 'Quality', content: () => <QualityPanel live={live} /> },
            {
              name: 'Refine',
              content: () => <CrfPanel settings={live.timeline.cell('settings', live.quality.settings)} />,
            },
            { name: 'Measure', content: () => <LiveMeasurePanel live={live} /> },
          ]}
        />
      </aside>
      {isOn && live.takesMarks.value && <ToolBar board={live.board} />}
    </main>
  );
}
