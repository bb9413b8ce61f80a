// SPDX-License-Identifier: MIT

import type { Lattice } from './lattice.js';

/**
 * What splat, blur and slice give a constant too much: alpha = 1 / (1 + 2^-d), as pydensecrf scales its lattice.
 */
export function latticeScale(featureDim: number): number {
  return Math.fround(1 / (1 + 2 ** -featureDim));
}

/**
 * Reads every point's row off the vertices of its simplex, by barycentric weight, and adds it to `out`, times alpha and
 * the factors given: slicing in Adams, Baek and Davis 2010.
 *
 * @param values rows on the lattice, [vertexCount + 1, channelCount]
 * @param scale one factor a point
 * @param weight one factor for all
 * @param out [pointCount, channelCount]
 */
export function slice(
  lattice: Lattice,
  values: Float32Array,
  channelCount: number,
  scale: Float32Array,
  weight: number,
  out: Float32Array,
): void {
  const { featureDim, simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const corners = featureDim + 1;
  const all = weight * latticeScale(featureDim);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    for (let place = simplexStarts[simplex]; place < simplexStarts[simplex + 1]; place++) {
      const point = points[place];
      const to = point * channelCount;
      const factor = all * scale[point];
      for (let k = 0; k < corners; k++) {
        const share = factor * weights[place * corners + k];
        const from = simplexRows[simplex * corners + k] * channelCount;
        for (let c = 0; c < channelCount; c++) out[to + c] += share * values[from + c];
      }
    }
  }
}
