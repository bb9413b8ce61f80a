// SPDX-License-Identifier: MIT

import { useEffect } from 'preact/hooks';
import type { LiveSession } from '../webcam/live-session.js';
import { CrfPanel } from './crf-panel.js';
import { EffectPanel } from './effect-panel.js';
import { LabelPanel } from './label-panel.js';
import { LiveHud } from './live-hud.js';
import { LiveMeasurePanel } from './live-measure-panel.js';
import { LiveMessages } from './live-messages.js';
import { LiveStage } from './live-stage.js';
import { LiveViewBar } from './live-view-bar.js';
import { MarkPanel } from './mark-panel.js';
import { QualityPanel } from './quality-panel.js';
import { Tabs } from './tabs.js';

export function LivePage({ live }: { live: LiveSession }) {
  // Whoever leaves this page does not expect the camera to stay on.
  useEffect(() => () => live.turnOff(), [live]);
  const isOn = live.status.value === 'on';
  return (
    <main class="work">
      <section class="canvas-side" aria-label="Camera">
        <LiveViewBar live={live} />
        <LiveMessages live={live} />
        <LiveStage live={live} />
        <LiveHud live={live} />
      </section>
      <aside class="panels" aria-label="Settings">
        <EffectPanel live={live} />
        {isOn && <LabelPanel board={live} />}
        {isOn && live.takesMarks.value && <MarkPanel board={live} />}
        <Tabs
          title="Settings"
          first="Quality"
          tabs={[
            { name: 'Quality', content: () => <QualityPanel live={live} /> },
            { name: 'Refine', content: () => <CrfPanel settings={live.settings} /> },
            { name: 'Measure', content: () => <LiveMeasurePanel live={live} /> },
          ]}
        />
      </aside>
    </main>
  );
}
