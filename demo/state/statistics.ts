// SPDX-License-Identifier: MIT

/** The quantile of some numbers, 0..1, linear between the two nearest; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Milliseconds of one stage over the last results. */
export interface StageStatistics {
  stage: string;
  median: number;
  percentile95: number;
}

/** Keeps the times of the last results, stage by stage, in the order in which stages came first. */
export class TimeLog {
  private readonly times = new Map<string, number[]>();

  constructor(private readonly kept = 60) {}

  add(timings: readonly { stage: string; milliseconds: number }[]): void {
    for (const { stage, milliseconds } of timings) {
      const list = this.times.get(stage) ?? [];
      list.push(milliseconds);
      if (list.length > this.kept) list.shift();
      this.times.set(stage, list);
    }
  }

  statistics(): StageStatistics[] {
    return [...this.times].map(([stage, list]) => ({
      stage,
      median: quantile(list, 0.5),
      percentile95: quantile(list, 0.95),
    }));
  }

  clear(): void {
    this.times.clear();
  }
}
