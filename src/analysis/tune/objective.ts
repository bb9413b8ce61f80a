// SPDX-License-Identifier: MIT

import { checkChoice, checkKeys, checkNumber, checkObject } from '../../problem/checks.js';
import { scoresOfSums, sumsOfConfusion } from '../metrics/confusion.js';
import type { MetricCounts, MetricOptions } from '../metrics/types.js';
import type { TuneObjective } from './types.js';

/** Whole numbers that say how well an example was labelled; those of several examples are summed. */
export type Tally = readonly number[];

const measures = ['meanIoU', 'pixelAccuracy', 'meanAccuracy', 'frequencyWeightedIoU', 'meanDice', 'boundaryF'] as const;

/** Throws ArgumentError. */
export function resolveObjective(objective: TuneObjective = { measure: 'meanIoU' }): TuneObjective {
  const given = checkObject('objective', objective);
  const measure = checkChoice('objective.measure', given.measure, measures);
  if (measure === 'boundaryF') {
    checkKeys('objective', given, ['measure', 'tolerance']);
    return { measure, tolerance: checkNumber('objective.tolerance', given.tolerance, { from: 0, to: 64 }) };
  }
  checkKeys('objective', given, ['measure', 'bandWidth']);
  if (given.bandWidth === undefined) return { measure };
  return { measure, bandWidth: checkNumber('objective.bandWidth', given.bandWidth, { above: 0, to: 1024 }) };
}

/** Counts what the objective needs and no more. */
export function metricOptions(objective: TuneObjective): Pick<MetricOptions, 'bandWidths' | 'boundaryTolerances'> {
  if (objective.measure === 'boundaryF') return { bandWidths: [], boundaryTolerances: [objective.tolerance] };
  const { bandWidth } = objective;
  return { bandWidths: bandWidth === undefined ? [] : [bandWidth], boundaryTolerances: [] };
}

/** Sum of F in steps and images for boundary F; else n_ll, t_l and p_l, label by label. */
export function tallyOf(counts: MetricCounts, objective: TuneObjective): Tally {
  if (objective.measure === 'boundaryF') return [counts.boundaries[0].imageF, counts.boundaries[0].images];
  const sums =
    objective.bandWidth === undefined ? sumsOfConfusion(counts.confusion, counts.labelCount) : counts.bands[0];
  return [...sums.both, ...sums.truth, ...sums.prediction];
}

/** The objective; null where nothing was counted. */
export function scoreOfTally(tally: Tally, objective: TuneObjective): number | null {
  if (objective.measure === 'boundaryF') {
    const [sum, images] = tally;
    // Steps of 2^-26, as SegmentationMetrics counts F.
    return images === 0 ? null : sum / 2 ** 26 / images;
  }
  const labelCount = tally.length / 3;
  const sums = {
    both: tally.slice(0, labelCount),
    truth: tally.slice(labelCount, 2 * labelCount),
    prediction: tally.slice(2 * labelCount),
  };
  return scoresOfSums(sums)[objective.measure];
}

export function sumOfTallies(tallies: readonly Tally[]): Tally {
  const sum = new Array<number>(tallies[0]?.length ?? 0).fill(0);
  for (const tally of tallies) {
    for (let i = 0; i < sum.length; i++) sum[i] += tally[i];
  }
  return sum;
}
