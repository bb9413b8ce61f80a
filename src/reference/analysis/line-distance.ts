// SPDX-License-Identifier: MIT

import type { ImageSize } from './neighbourhood.js';

/** Distance where there is no site. */
export const noDistance = 0xffffffff;

/** Which pixels distances are measured to: those that are zero, or those that are not. */
export type Sites = 'zero' | 'non-zero';

/** Pixels to the nearest site on the same column or row; `noDistance` on lines without one. */
export function lineDistance(
  values: Uint32Array,
  { width, height }: ImageSize,
  along: 'columns' | 'rows',
  sites: Sites,
): Uint32Array {
  const distances = new Uint32Array(values.length).fill(noDistance);
  const [lines, length, lineStep, step] = along === 'columns' ? [width, height, 1, width] : [height, width, width, 1];
  for (let line = 0; line < lines; line++) {
    let lastSite = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const pixel = line * lineStep + i * step;
      if ((values[pixel] === 0) !== (sites === 'zero')) continue;
      // What lies between two sites is nearer to the second from their middle on.
      const from = Number.isFinite(lastSite) ? lastSite + Math.floor((i - lastSite) / 2) + 1 : 0;
      for (let j = from; j <= i; j++) distances[line * lineStep + j * step] = i - j;
      for (let j = lastSite + 1; j < from; j++) distances[line * lineStep + j * step] = j - lastSite;
      lastSite = i;
    }
    for (let j = lastSite + 1; j < length && Number.isFinite(lastSite); j++) {
      distances[line * lineStep + j * step] = j - lastSite;
    }
  }
  return distances;
}
