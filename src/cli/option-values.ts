// SPDX-License-Identifier: MIT

import { UsageError } from './failure.js';

/** Parsers of option values, for commander. Each says which option, what it got and what is allowed. */

export function wholeNumber(option: string, from: number, to: number): (text: string) => number {
  return (text) => {
    const value = numberFrom(text);
    if (Number.isInteger(value) && value >= from && value <= to) return value;
    throw wrong(option, text, `a whole number in ${from}..${to}`);
  };
}

/** Between two numbers, neither of them included. */
export function numberBetween(option: string, above: number, below: number): (text: string) => number {
  return (text) => {
    const value = numberFrom(text);
    if (value > above && value < below) return value;
    const allowed =
      below === Number.POSITIVE_INFINITY ? `a number above ${above}` : `a number between ${above} and ${below}`;
    throw wrong(option, text, allowed);
  };
}

export function oneOf<Choice extends string>(option: string, choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw wrong(option, text, `one of ${choices.join(', ')}`);
  };
}

/** A file to be written, whose ending says its format. */
export function fileEndingWith(option: string, ending: string): (text: string) => string {
  return (text) => {
    if (text.toLowerCase().endsWith(ending) && text.length > ending.length) return text;
    throw wrong(option, text, `a file name that ends with ${ending}`);
  };
}

export function wrong(option: string, value: string, allowed: string): UsageError {
  return new UsageError(`${option}: got ${JSON.stringify(value)}, expected ${allowed}`);
}

/** Number('') is 0, and Number('0x10') is a number too. */
function numberFrom(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
