// SPDX-License-Identifier: MIT

import { scoreOfTally, sumOfTallies, type Tally } from './objective.js';
import { randomNumbers } from './random.js';
import type { TuneObjective } from './types.js';

/**
 * Gains of data sets of as many examples drawn with replacement (Efron 1979), rising.
 *
 * @param after by example
 * @param before by example
 */
export function bootstrapGains(
  after: readonly Tally[],
  before: readonly Tally[],
  objective: TuneObjective,
  { resamples, seed }: { resamples: number; seed: number },
): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: resamples }, () => {
    const drawn = after.map(() => Math.floor(after.length * random()));
    const scores = [after, before].map((tallies) =>
      scoreOfTally(sumOfTallies(drawn.map((example) => tallies[example])), objective),
    );
    const [second, first] = scores;
    return second === null || first === null ? 0 : second - first;
  }).sort((a, b) => a - b);
}

/** The percentile interval of rising gains that holds the share `confidence` of them. */
export function intervalOf(gains: readonly number[], confidence: number): readonly [low: number, high: number] {
  const tail = (1 - confidence) / 2;
  return [quantile(gains, tail), quantile(gains, 1 - tail)];
}

/** Linear between the sorted values (Hyndman and Fan 1996, definition 7). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
