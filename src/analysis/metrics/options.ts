// SPDX-License-Identifier: MIT

import { checkArray, checkChoice, checkInteger, checkKeys, checkNumber, checkObject } from '../../problem/checks.js';
import type { SigmaUnit } from '../../problem/types.js';
import type { MetricOptions } from './types.js';

/** MetricOptions with every default filled in and every value checked. */
export interface ResolvedMetricOptions {
  labelCount: number;
  ignore: number | null;
  /** Rising, without repetition. */
  bandWidths: readonly number[];
  /** Rising, without repetition. */
  boundaryTolerances: readonly number[];
  boundaryUnit: SigmaUnit;
}

const keys = ['labelCount', 'ignore', 'bandWidths', 'boundaryTolerances', 'boundaryUnit'];

/** Throws ArgumentError, which names the option. */
export function resolveMetricOptions(options: MetricOptions): ResolvedMetricOptions {
  const given = checkObject('options', options);
  checkKeys('options', given, keys);
  const boundaryUnit = checkChoice('boundaryUnit', given.boundaryUnit ?? 'pixels', ['pixels', 'diagonal'] as const);
  const farthest = boundaryUnit === 'pixels' ? 64 : 0.05;
  const usual = boundaryUnit === 'pixels' ? [1, 2, 4] : [0.0075];
  return {
    labelCount: checkInteger('labelCount', given.labelCount, 1, 65536),
    ignore: given.ignore === undefined || given.ignore === null ? null : checkLabelValue('ignore', given.ignore),
    bandWidths: rising('bandWidths', given.bandWidths ?? [2, 4, 8, 16], { above: 0, to: 1024 }),
    boundaryTolerances: rising('boundaryTolerances', given.boundaryTolerances ?? usual, { from: 0, to: farthest }),
    boundaryUnit,
  };
}

export function checkLabelValue(argument: string, value: unknown): number {
  return checkInteger(argument, value, -(2 ** 31), 2 ** 32 - 1);
}

function rising(argument: string, value: unknown, bounds: { above?: number; from?: number; to: number }): number[] {
  const numbers = checkArray(argument, value).map((element, index) =>
    checkNumber(`${argument}[${index}]`, element, bounds),
  );
  return [...new Set(numbers)].sort((a, b) => a - b);
}
