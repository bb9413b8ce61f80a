// SPDX-License-Identifier: MIT

import { noDistance } from './line-distance.js';

/** Units of the relief a pixel. */
export const reliefUnit = 256;

/** floor(256·√D) of squared distances in pixels²; `noDistance` stays what it is. √(65536·D) is exact enough in doubles: D < 2³². */
export function reliefOf(squared: Uint32Array): Uint32Array {
  return squared.map((value) => (value === noDistance ? noDistance : Math.floor(Math.sqrt(value * reliefUnit ** 2))));
}

/** What lies outside the core is below this, what lies in it above: more than any distance. */
const level = 2 ** 24;

/**
 * Relief of a mask (0 outside it) that has a core: `level` and the distance to what is outside the core, or less the distance to the core.
 * Both are squared, in pixels². Where there is no core it is 1, where there is nothing but core `noDistance`.
 */
export function reliefAround(inward: Uint32Array, outward: Uint32Array, mask: Uint32Array): Uint32Array {
  const [above, below] = [reliefOf(inward), reliefOf(outward)];
  return mask.map((value, pixel) => {
    if (value === 0) return 0;
    if (above[pixel] > 0) return above[pixel] === noDistance ? noDistance : level + above[pixel];
    return below[pixel] === noDistance ? 1 : level - below[pixel];
  });
}
