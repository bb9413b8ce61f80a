// SPDX-License-Identifier: MIT

import { lineDistance, noDistance, type Sites } from './line-distance.js';
import type { ImageSize } from './neighbourhood.js';

/**
 * Squared Euclidean distance of each pixel to the nearest site, in pixels²; `noDistance` where there is no site at all. Exact, by the
 * lower envelope of parabolas: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012.
 */
export function squaredDistance(values: Uint32Array, size: ImageSize, sites: Sites): Uint32Array {
  const { width, height } = size;
  const columns = lineDistance(values, size, 'columns', sites);
  const squared = new Uint32Array(values.length).fill(noDistance);
  /** Parabolas of the envelope from left to right, and where each begins to be the lowest. */
  const vertices = new Int32Array(width);
  const starts = new Float64Array(width);
  for (let row = 0; row < width * height; row += width) {
    const heightAt = (x: number) => columns[row + x] ** 2 + x * x;
    let count = 0;
    for (let x = 0; x < width; x++) {
      if (columns[row + x] === noDistance) continue;
      let start = Number.NEGATIVE_INFINITY;
      while (count > 0) {
        const last = vertices[count - 1];
        start = (heightAt(x) - heightAt(last)) / (2 * (x - last));
        if (start > starts[count - 1]) break;
        count--;
      }
      vertices[count] = x;
      starts[count] = count === 0 ? Number.NEGATIVE_INFINITY : start;
      count++;
    }
    for (let x = 0, lowest = 0; x < width && count > 0; x++) {
      while (lowest + 1 < count && starts[lowest + 1] < x) lowest++;
      squared[row + x] = (x - vertices[lowest]) ** 2 + columns[row + vertices[lowest]] ** 2;
    }
  }
  return squared;
}
