// SPDX-License-Identifier: MIT

import type { ImageSize } from './neighbourhood.js';

/** Words of a label's row in the table of areas. */
export const areaWords = 5;

/**
 * Pixels, width - left, height - top, right and bottom of each label, right and bottom one past its last pixel;
 * zeros where a label has no pixel. [labelCount + 1, 5]; labels from `labelCount` on share the last row.
 */
export function areas(labels: Uint32Array, labelCount: number, { width, height }: ImageSize): Uint32Array {
  const table = new Uint32Array((labelCount + 1) * areaWords);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const row = areaWords * Math.min(labels[pixel], labelCount);
    table[row]++;
    table[row + 1] = Math.max(table[row + 1], width - x);
    table[row + 2] = Math.max(table[row + 2], height - y);
    table[row + 3] = Math.max(table[row + 3], x + 1);
    table[row + 4] = Math.max(table[row + 4], y + 1);
  }
  return table;
}
