// SPDX-License-Identifier: MIT

import { batch, signal } from '@preact/signals';
import type { StageStatistics } from '../state/statistics.js';
import { LiveLog } from './live-log.js';
import type { LiveReport } from './live-protocol.js';

/** Figures that change thirty times a second cannot be read: they change with every so many frames. */
const every = 8;

/** What the last frames took. */
export class LiveFigures {
  readonly shownCount = signal(0);
  readonly report = signal<LiveReport | undefined>(undefined);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  /** Frames a second. */
  readonly rate = signal<number | undefined>(undefined);
  private readonly log = new LiveLog();

  add(report: LiveReport): void {
    this.log.add(report, performance.now());
    batch(() => {
      this.shownCount.value++;
      if (this.shownCount.value % every !== 1) return;
      this.report.value = report;
      this.statistics.value = this.log.statistics();
      this.gpuStatistics.value = this.log.gpuStatistics();
      this.rate.value = this.log.rate();
    });
  }

  clear(): void {
    this.log.clear();
    this.report.value = undefined;
    this.rate.value = undefined;
    this.statistics.value = [];
    this.gpuStatistics.value = [];
  }
}
