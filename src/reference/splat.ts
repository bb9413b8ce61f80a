// SPDX-License-Identifier: MIT

import type { Lattice } from './lattice.js';

/**
 * Spreads every point's row over the vertices of its simplex, by barycentric weight: splatting in Adams, Baek and Davis 2010.
 * Points come grouped by simplex, so the order of additions is the same in every run.
 *
 * @param values one row a point, [pointCount, stride]
 * @param channelCount how many of a row's values are spread, from the first
 * @param scale one factor a point
 * @param target rows on the lattice, [vertexCount + 1, stride]; added to
 */
export function splat(
  lattice: Lattice,
  values: Float32Array,
  channelCount: number,
  stride: number,
  scale: Float32Array,
  target: Float32Array,
): void {
  const { featureDim, simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const corners = featureDim + 1;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    for (let place = simplexStarts[simplex]; place < simplexStarts[simplex + 1]; place++) {
      const point = points[place];
      const from = point * stride;
      const factor = scale[point];
      for (let k = 0; k < corners; k++) {
        const weight = factor * weights[place * corners + k];
        const to = simplexRows[simplex * corners + k] * stride;
        for (let c = 0; c < channelCount; c++) target[to + c] += weight * values[from + c];
      }
    }
  }
}

/**
 * Splats rows that sum to 1 without their last label: on every vertex it has what the others leave of the splat of ones.
 *
 * @param marginals Q, [pointCount, labelCount]
 * @param ones splat of ones with the same scale, [vertexCount + 1]
 * @param target rows on the lattice, [vertexCount + 1, labelCount], overwritten
 */
export function splatMarginals(
  lattice: Lattice,
  marginals: Float32Array,
  labelCount: number,
  scale: Float32Array,
  ones: Float32Array,
  target: Float32Array,
): void {
  target.fill(0);
  const last = labelCount - 1;
  splat(lattice, marginals, last, labelCount, scale, target);
  for (let row = 1; row <= lattice.vertexCount; row++) {
    const at = row * labelCount;
    let rest = ones[row];
    for (let label = 0; label < last; label++) rest -= target[at + label];
    target[at + last] = rest;
  }
}
