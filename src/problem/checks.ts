// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';

/** Checks of single values. Each names the argument it looks at, and returns the value in its checked type. */

/** A number within closed or open bounds; NaN never passes, infinities only where `infinity` says so. */
export function checkNumber(
  argument: string,
  value: unknown,
  bounds: { above?: number; from?: number; below?: number; to?: number; infinity?: boolean } = {},
): number {
  const { above, from, below, to, infinity = false } = bounds;
  const passes =
    typeof value === 'number' &&
    !Number.isNaN(value) &&
    (infinity || Number.isFinite(value)) &&
    (above === undefined || value > above) &&
    (from === undefined || value >= from) &&
    (below === undefined || value < below) &&
    (to === undefined || value <= to);
  if (passes) return value;
  const limits = [
    above === undefined ? '' : `greater than ${above}`,
    from === undefined ? '' : `of at least ${from}`,
    below === undefined ? '' : `less than ${below}`,
    to === undefined ? '' : `of at most ${to}`,
  ].filter((limit) => limit !== '');
  const kind = infinity ? 'a number' : 'a finite number';
  throw new ArgumentError(argument, value, [kind, limits.join(' and ')].join(' ').trim());
}

/** A whole number in from..to, both included. */
export function checkInteger(argument: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) {
    return value;
  }
  throw new ArgumentError(argument, value, `a whole number in ${from}..${to}`);
}

/** One of a few strings. */
export function checkChoice<Choice extends string>(
  argument: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ArgumentError(argument, value, `one of ${choices.map((c) => `'${c}'`).join(', ')}`);
}

/** An object that is neither an array nor a view on a buffer. */
export function checkObject(argument: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new ArgumentError(argument, value, 'an object');
}

export function checkArray(argument: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ArgumentError(argument, value, 'an array');
}

/** Refuses keys that nobody reads: a misspelt `sigmaRgb` must not silently become a default. */
export function checkKeys(argument: string, value: Record<string, unknown>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const path = argument === '' ? key : `${argument}.${key}`;
    throw new ArgumentError(path, value[key], `no such key, only ${known.join(', ')}`);
  }
}

/** Index of the first NaN or infinity, -1 where there is none. */
export function firstNonFinite(values: ArrayLike<number>): number {
  const length = values.length;
  for (let i = 0; i < length; i++) {
    // x - x is 0 for finite numbers only; NaN for the rest.
    if (values[i] - values[i] !== 0) return i;
  }
  return -1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
