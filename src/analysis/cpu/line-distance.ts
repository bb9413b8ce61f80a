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
    const at = (i: number) => line * lineStep + i * step;
    const onLine: number[] = [];
    for (let i = 0; i < length; i++) if ((values[at(i)] === 0) === (sites === 'zero')) onLine.push(i);
    onLine.forEach((site, index) => {
      // Half way to the sites before and after.
      const from = index === 0 ? 0 : Math.ceil((onLine[index - 1] + site) / 2);
      const to = index + 1 === onLine.length ? length - 1 : Math.floor((site + onLine[index + 1]) / 2);
      for (let i = from; i <= to; i++) distances[at(i)] = Math.abs(i - site);
    });
  }
  return distances;
}
