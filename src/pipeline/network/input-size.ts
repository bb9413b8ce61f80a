// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkNumber } from '../../problem/checks.js';
import { readProperties } from '../../problem/reading.js';
import type { InputSize } from './description.js';

/** Of an input, in pixels. */
const largestSide = 16384;

/**
 * Width and height in pixels of the network's input for a picture of the given size. A fixed input has its own; a free one has
 * the picture's shape, with the long or short side asked for, each side rounded to the nearest multiple and never below one. Throws ArgumentError for sizes that are none.
 */
export function inputSizeFor(
  size: InputSize,
  picture: { width: number; height: number },
): { width: number; height: number } {
  const { width, height } = readProperties('picture', picture, ['width', 'height']);
  return sizeOfInput(checkSize(size), {
    width: checkNumber('picture.width', width, { above: 0 }),
    height: checkNumber('picture.height', height, { above: 0 }),
  });
}

/** The same for sizes that were checked. */
export function sizeOfInput(
  size: InputSize,
  picture: { width: number; height: number },
): { width: number; height: number } {
  if (size.kind === 'fixed') return { width: size.width, height: size.height };
  const { longSide, shortSide = longSide, multipleOf } = size;
  const factor = Math.min(
    longSide / Math.max(picture.width, picture.height),
    shortSide / Math.min(picture.width, picture.height),
  );
  const side = (length: number) => Math.max(1, Math.round((length * factor) / multipleOf)) * multipleOf;
  return { width: side(picture.width), height: side(picture.height) };
}

function checkSize(size: unknown): InputSize {
  const given = readProperties('size', size, ['kind', 'width', 'height', 'longSide', 'shortSide', 'multipleOf']);
  const side = (name: Exclude<keyof typeof given, 'kind'>) => checkInteger(`size.${name}`, given[name], 1, largestSide);
  const kind = checkChoice('size.kind', given.kind, ['fixed', 'free'] as const);
  if (kind === 'fixed') return { kind, width: side('width'), height: side('height') };
  const shortSide = given.shortSide === undefined ? undefined : { shortSide: side('shortSide') };
  return { kind, longSide: side('longSide'), ...shortSide, multipleOf: side('multipleOf') };
}
