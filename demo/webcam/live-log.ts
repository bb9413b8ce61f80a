// SPDX-License-Identifier: MIT

import { type StageStatistics, TimeLog } from '../state/statistics.js';
import type { LiveReport } from './live-protocol.js';

/** Frames a second are counted over so many milliseconds. */
const span = 2000;

/** What the last frames took, and how many there were. */
export class LiveLog {
  private readonly times = new TimeLog(120);
  private readonly gpuTimes = new TimeLog(120);
  /** When they were shown, in milliseconds. */
  private readonly shownAt: number[] = [];

  add({ timings, gpuTimings }: LiveReport, now: number): void {
    this.times.add(timings);
    this.gpuTimes.add(gpuTimings);
    this.shownAt.push(now);
    while (this.shownAt[0] < now - span) this.shownAt.shift();
  }

  statistics(): StageStatistics[] {
    return this.times.statistics();
  }

  gpuStatistics(): StageStatistics[] {
    return this.gpuTimes.statistics();
  }

  /** Frames a second; undefined where one frame, or none, is all there was lately. */
  rate(): number | undefined {
    const { shownAt } = this;
    const passed = shownAt[shownAt.length - 1] - shownAt[0];
    return passed > 0 ? (1000 * (shownAt.length - 1)) / passed : undefined;
  }

  clear(): void {
    this.times.clear();
    this.gpuTimes.clear();
    this.shownAt.length = 0;
  }
}
