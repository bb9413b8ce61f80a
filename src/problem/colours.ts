// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';
import { readArray } from './reading.js';

/** Red, green, blue and opacity, each 0..1, not premultiplied. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Reads `#rrggbb` or `#rrggbbaa`; throws ArgumentError for anything else. */
export function checkColour(argument: string, value: unknown): Rgba {
  if (typeof value === 'string' && /^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)) {
    const [red, green, blue, alpha = 255] = Array.from({ length: (value.length - 1) / 2 }, (_, i) =>
      Number.parseInt(value.slice(1 + 2 * i, 3 + 2 * i), 16),
    );
    return [red / 255, green / 255, blue / 255, alpha / 255];
  }
  throw new ArgumentError(argument, value, 'a colour as "#rrggbb" or "#rrggbbaa"');
}

/** One colour a label; throws ArgumentError where there are fewer or one is none. */
export function checkColours(argument: string, value: unknown, labelCount: number): Rgba[] {
  const colours = readArray(argument, value);
  if (colours.length < labelCount) {
    throw new ArgumentError(`${argument}.length`, colours.length, `a colour for each of ${labelCount} labels`);
  }
  return colours.map((colour, label) => checkColour(`${argument}[${label}]`, colour)).slice(0, labelCount);
}
