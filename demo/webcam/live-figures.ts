// SPDX-License-Identifier: MIT

import { batch, signal } from '@preact/signals';
import type { StageStatistics } from '../state/statistics.js';
import { LiveLog } from './live-log.js';
import type { LiveReport } from './live-protocol.js';

/** Milliseconds that figures stay: what changes thirty times a second cannot be read. */
const least = 250;

/** What the last frames took. */
export class LiveFigures {
  readonly shownCount = signal(0);
  readonly report = signal<LiveReport | undefined>(undefined);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  /** Frames a second. */
  readonly rate = signal<number | undefined>(undefined);
  private readonly log = new LiveLog();
  private changedAt = Number.NEGATIVE_INFINITY;

  add(report: LiveReport): void {
    const now = performance.now();
    this.log.add(report, now);
    batch(() => {
      this.shownCount.value++;
      if (now < this.changedAt + least) return;
      this.changedAt = now;
      this.report.value = report;
      this.statistics.value = this.log.statistics();
      this.gpuStatistics.value = this.log.gpuStatistics();
      this.rate.value = this.log.rate();
    });
  }

  clear(): void {
    this.log.clear();
    this.changedAt = Number.NEGATIVE_INFINITY;
    this.report.value = undefined;
    this.rate.value = undefined;
    this.statistics.value = [];
    this.gpuStatistics.value = [];
  }
}
