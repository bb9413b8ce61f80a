// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { TimeTable } from '../panels/measure-panel.js';

export function LiveMeasurePanel({ live }: { live: LiveSession }) {
  const gpu = live.figures.gpuStatistics.value;
  const report = live.figures.report.value;
  if (!report) return <p class="hint">Nothing was computed yet.</p>;
  return (
    <section class="part">
      <h3>Time by stage</h3>
      <TimeTable caption="Wall time of a frame" statistics={live.figures.statistics.value} />
      {report.backend === 'webgpu' && <GpuTimes live={live} />}
      {gpu.length > 0 && <TimeTable caption="GPU time of the CRF" statistics={gpu} />}
    </section>
  );
}

function GpuTimes({ live }: { live: LiveSession }) {
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={live.quality.profile.value}
          onChange={({ currentTarget }) => {
            live.quality.profile.value = currentTarget.checked;
          }}
        />
        Time each stage on the GPU
      </label>
      <p class="hint">
        This loads the network again. The times are read back from the GPU, so readback is no longer 0 bytes.
      </p>
    </>
  );
}
