// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import type { Benchmark, Convergence, Refinement } from '../engine/protocol.js';
import { type StageStatistics, TimeLog } from './statistics.js';

/** What the last refinements took. */
export class Measurements {
  /** Whether they are in sight: some cost time, so they are made only then. */
  readonly isMeasuring = signal(false);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  readonly convergence = signal<Convergence | undefined>(undefined);
  readonly benchmark = signal<Benchmark | undefined>(undefined);
  private readonly times = new TimeLog();
  private readonly gpuTimes = new TimeLog();

  add({ timings, gpuTimings }: Refinement): void {
    this.times.add(timings);
    this.gpuTimes.add(gpuTimings);
    this.statistics.value = this.times.statistics();
    this.gpuStatistics.value = this.gpuTimes.statistics();
  }

  /** From now on it is about something else. */
  restart(): void {
    this.times.clear();
    this.gpuTimes.clear();
  }

  forget(): void {
    this.restart();
    this.statistics.value = [];
    this.gpuStatistics.value = [];
    this.convergence.value = undefined;
    this.benchmark.value = undefined;
  }
}
