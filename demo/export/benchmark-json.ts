// SPDX-License-Identifier: MIT

import type { Benchmark } from '../engine/protocol.js';
import { quantile, TimeLog } from '../state/statistics.js';

/** What a benchmark found, with all that is needed to compare it with another machine's. */
export function benchmarkJson(benchmark: Benchmark, userAgent: string): string {
  const { milliseconds, stages, firstMilliseconds, ...rest } = benchmark;
  const log = new TimeLog(stages.length);
  for (const timings of stages) log.add(timings);
  const report = {
    ...rest,
    firstMilliseconds: rounded(firstMilliseconds),
    medianMilliseconds: rounded(quantile(milliseconds, 0.5)),
    percentile95Milliseconds: rounded(quantile(milliseconds, 0.95)),
    gpuStages: log.statistics().map(({ stage, median, percentile95 }) => ({
      stage,
      medianMilliseconds: rounded(median),
      percentile95Milliseconds: rounded(percentile95),
    })),
    userAgent,
  };
  return JSON.stringify(report, null, 2);
}

/** Microseconds are as exact as browsers' clocks get. */
function rounded(milliseconds: number): number {
  return Math.round(1000 * milliseconds) / 1000;
}
