// SPDX-License-Identifier: MIT

import { noDistance } from './line-distance.js';

/** Units of the relief a pixel. */
export const reliefUnit = 256;

/** floor(256·√D) of squared distances in pixels²; `noDistance` stays what it is. √(65536·D) is exact enough in doubles: D < 2³². */
export function reliefOf(squared: Uint32Array): Uint32Array {
  return squared.map((value) => (value === noDistance ? noDistance : Math.floor(Math.sqrt(value * reliefUnit ** 2))));
}
