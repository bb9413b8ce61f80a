// SPDX-License-Identifier: MIT

import type { StageTiming } from '../../problem/api.js';

/** Wall time of what is done one after the other. */
export class StageClock {
  readonly timings: StageTiming[] = [];
  private last = performance.now();

  /** What was done since the call before, or since the clock was made, was this stage. */
  lap(stage: string): void {
    const now = performance.now();
    this.timings.push({ stage, milliseconds: now - this.last });
    this.last = now;
  }
}
