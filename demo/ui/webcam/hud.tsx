// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { bytes } from '../parts/format.js';
import { Adapter, HudEntry, Time } from '../photo/hud.js';

export function LiveHud({ live }: { live: LiveSession }) {
  const report = live.figures.report.value;
  const rate = live.figures.rate.value;
  if (!report) return null;
  return (
    <dl class="hud">
      <HudEntry title="Camera">{`${report.width} × ${report.height} px`}</HudEntry>
      <HudEntry title="Computed by">
        <Adapter backend={report.backend} name={report.adapterName} />
      </HudEntry>
      <HudEntry title="Frames a second" hint="Over the last two seconds">
        {rate === undefined ? '–' : rate.toFixed(1)}
      </HudEntry>
      <HudEntry title="A frame takes" hint="From its arrival until it is drawn: the median. The tab Measure has more">
        <Time statistics={live.figures.statistics.value} stage="total" />
      </HudEntry>
      {report.backend === 'webgpu' && (
        <>
          <HudEntry title="GPU memory">{bytes(report.bytesHeld)}</HudEntry>
          <HudEntry title="Readback" hint="Bytes of this frame that left the GPU">
            {bytes(report.bytesReadBack)}
          </HudEntry>
        </>
      )}
    </dl>
  );
}
