// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';

/** Checks of single values. Each names the argument it looks at, and returns the value in its checked type. */

export interface NumberBounds {
  above?: number;
  from?: number;
  below?: number;
  to?: number;
  /** Whether ±infinity is a value too. */
  infinity?: boolean;
  /** The number ends in float32: it must be finite, and within the bounds, there too. */
  float32?: boolean;
  /** Of the number, for the message. */
  unit?: string;
}

/** A number within closed or open bounds; NaN never passes, infinities only where `infinity` says so. */
export function checkNumber(argument: string, value: unknown, bounds: NumberBounds = {}): number {
  const passes = typeof value === 'number' && isWithin(value, bounds);
  if (passes && (!bounds.float32 || isWithinFloat32(value, bounds))) return value;
  throw new ArgumentError(argument, value, wordsOfBounds(bounds, passes ? 'float32 ' : ''));
}

function isWithin(value: number, { above, from, below, to, infinity = false }: NumberBounds): boolean {
  return (
    !Number.isNaN(value) &&
    (infinity || Number.isFinite(value)) &&
    (above === undefined || value > above) &&
    (from === undefined || value >= from) &&
    (below === undefined || value < below) &&
    (to === undefined || value <= to)
  );
}

/** Rounding keeps the order: it crosses no bound that is itself allowed. */
function isWithinFloat32(value: number, { above, below, infinity }: NumberBounds): boolean {
  return isWithin(Math.fround(value), {
    ...(above === undefined ? undefined : { above }),
    ...(below === undefined ? undefined : { below }),
    ...(infinity === undefined ? undefined : { infinity }),
  });
}

/** @param precision what kind of number it is where the limits alone would not say what is wrong */
function wordsOfBounds({ above, from, below, to, infinity, unit }: NumberBounds, precision: string): string {
  const limits = [
    above === undefined ? '' : `greater than ${above}`,
    from === undefined ? '' : `of at least ${from}`,
    below === undefined ? '' : `less than ${below}`,
    to === undefined ? '' : `of at most ${to}`,
  ].filter((limit) => limit !== '');
  const kind = `a ${infinity ? '' : 'finite '}${precision}number`;
  return [kind, limits.join(' and '), unit ? `(${unit})` : ''].filter((part) => part !== '').join(' ');
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

export function checkFlag(argument: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(argument, value, 'true or false');
}

/** A text with something in it. */
export function checkText(argument: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ArgumentError(argument, value, 'a text that is not empty');
}

/** A callback, or undefined where none was given. What it takes is between the caller and TypeScript. */
export function checkCallback<Callback extends (...given: never[]) => unknown>(
  argument: string,
  value: Callback | undefined,
): Callback | undefined {
  if (value === undefined) return value;
  // Classes are functions that nobody can call.
  const isCallable = typeof value === 'function' && !Function.prototype.toString.call(value).startsWith('class');
  if (isCallable) return value;
  throw new ArgumentError(argument, value, 'a function');
}
