// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import { stepsOfShare } from '../metrics/check-counts.js';
import { scoresOfSums, sumsOfConfusion } from '../metrics/confusion.js';
import type { MetricCounts, MetricOptions } from '../metrics/types.js';
import type { TuneObjective } from './types.js';

/** Whole numbers that say how well an example was labelled; those of several examples are summed. */
export type Tally = readonly number[];

const measures = ['meanIoU', 'pixelAccuracy', 'meanAccuracy', 'frequencyWeightedIoU', 'meanDice', 'boundaryF'] as const;

/** Throws ArgumentError. What is left out is mean IoU. */
export function resolveObjective(objective: unknown): TuneObjective {
  if (objective === undefined) return { measure: 'meanIoU' };
  const measure = checkChoice(
    'objective.measure',
    readProperties('objective', objective, ['measure']).measure,
    measures,
  );
  if (measure === 'boundaryF') {
    const { tolerance } = readOptions('objective', objective, ['measure', 'tolerance']);
    return { measure, tolerance: checkNumber('objective.tolerance', tolerance, { from: 0, to: 64 }) };
  }
  const { bandWidth } = readOptions('objective', objective, ['measure', 'bandWidth']);
  if (bandWidth === undefined) return { measure };
  return { measure, bandWidth: checkNumber('objective.bandWidth', bandWidth, { above: 0, to: 1024 }) };
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

/**
 * Whole numbers, as many as the objective has, or those of another tally. Throws ArgumentError.
 *
 * @param length of another tally of the same search
 */
export function checkTally(argument: string, value: unknown, objective: TuneObjective, length?: number): Tally {
  const numbers = readArray(argument, value).map((element, index) =>
    checkInteger(`${argument}[${index}]`, element, 0, Number.MAX_SAFE_INTEGER),
  );
  const isWhole = objective.measure === 'boundaryF' ? numbers.length === 2 : numbers.length % 3 === 0;
  if (isWhole && (length === undefined || length === numbers.length)) return numbers;
  throw new ArgumentError(argument, value, `${length ?? 'as many'} whole numbers, as ExampleCounter gives them`);
}

/** The objective; null where nothing was counted. */
export function scoreOfTally(tally: Tally, objective: TuneObjective): number | null {
  if (objective.measure === 'boundaryF') {
    const [sum, images] = tally;
    return images === 0 ? null : sum / stepsOfShare / images;
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
