// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { bytes, milliseconds } from '../parts/format.js';

/** On the picture: what the frame that is seen took, and that it stayed where it was computed. */
export function LiveBadge({ live }: { live: LiveSession }) {
  const report = live.figures.report.value;
  const { isShowing, loading } = live.progress;
  const total = report?.timings.find(({ stage }) => stage === 'total');
  if (!report || !total || !isShowing.value || loading.value || live.frames.isFrozen.value) return null;
  return (
    <span class="tag is-figures">
      This frame: {milliseconds(total.milliseconds)},{' '}
      {report.backend === 'webgpu' ? `${bytes(report.bytesReadBack)} left the GPU` : 'by the processor'}
    </span>
  );
}
