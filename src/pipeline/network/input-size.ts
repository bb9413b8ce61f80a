// SPDX-License-Identifier: MIT

import type { InputSize } from './description.js';

/**
 * Width and height in pixels of the network's input for a picture of the given size. A fixed input has its own; a free one has
 * the picture's shape, with the long side asked for, each side rounded to the nearest multiple and never below one.
 */
export function inputSizeFor(
  size: InputSize,
  picture: { width: number; height: number },
): { width: number; height: number } {
  if (size.kind === 'fixed') return { width: size.width, height: size.height };
  const { longSide, multipleOf } = size;
  const factor = longSide / Math.max(picture.width, picture.height);
  const side = (length: number) => Math.max(1, Math.round((length * factor) / multipleOf)) * multipleOf;
  return { width: side(picture.width), height: side(picture.height) };
}
