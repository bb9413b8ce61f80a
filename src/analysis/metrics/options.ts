// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkNumber, type NumberBounds } from '../../problem/checks.js';
import { readArray, readOptions } from '../../problem/reading.js';
import type { SigmaUnit } from '../../problem/types.js';
import type { MetricOptions } from './types.js';

/** MetricOptions with every default filled in and every value checked. */
export interface ResolvedMetricOptions {
  /** Labels are 0..labelCount-1. */
  labelCount: number;
  /** Value of truth where nothing is known; null where there is none. */
  ignore: number | null;
  /** Rising, without repetition. */
  bandWidths: readonly number[];
  /** Rising, without repetition. */
  boundaryTolerances: readonly number[];
  /** Of the tolerances. */
  boundaryUnit: SigmaUnit;
}

const keys = [
  'labelCount',
  'ignore',
  'bandWidths',
  'boundaryTolerances',
  'boundaryUnit',
] as const satisfies (keyof MetricOptions)[];

/** Throws ArgumentError, which names the option. */
export function resolveMetricOptions(options: MetricOptions): ResolvedMetricOptions {
  const given = readOptions('options', options, keys);
  const { boundaryUnit: givenUnit = 'pixels', bandWidths = [2, 4, 8, 16] } = given;
  const boundaryUnit = checkChoice('boundaryUnit', givenUnit, ['pixels', 'diagonal'] as const);
  const farthest = boundaryUnit === 'pixels' ? 64 : 0.05;
  const { boundaryTolerances = boundaryUnit === 'pixels' ? [1, 2, 4] : [0.0075] } = given;
  return {
    labelCount: checkInteger('labelCount', given.labelCount, 1, 65536),
    ignore: checkIgnore(given.ignore),
    bandWidths: risingNumbers('bandWidths', bandWidths, { above: 0, to: 1024 }),
    boundaryTolerances: risingNumbers('boundaryTolerances', boundaryTolerances, { from: 0, to: farthest }),
    boundaryUnit,
  };
}

/** Value of truth where nothing is known; null where there is none. */
export function checkIgnore(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  return checkInteger('ignore', value, -(2 ** 31), 2 ** 32 - 1);
}

/** Numbers, each once, rising. */
export function risingNumbers(argument: string, value: unknown, bounds: NumberBounds): number[] {
  const numbers = readArray(argument, value).map((element, index) =>
    checkNumber(`${argument}[${index}]`, element, bounds),
  );
  return [...new Set(numbers)].sort((a, b) => a - b);
}
