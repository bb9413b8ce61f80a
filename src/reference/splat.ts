// SPDX-License-Identifier: MIT

import type { Rows } from './filter.js';
import type { Lattice } from './lattice.js';

/**
 * Spreads every point's row over the vertices of its simplex, by barycentric weight: Adams, Baek and Davis 2010, section 3.2.
 * Points come grouped by simplex, so the order of additions is the same in every run.
 *
 * The two dimensions that images have, 2 and 5, are written out, two points of a simplex at a time: at 512², 20 channels
 * that took 13 and 31 ms where one point at a time took 20 and 40, and the loop for any dimension 90 (d = 5; Node 20).
 *
 * @param scale one factor a point, null for 1
 * @param target rows on the lattice, [vertexCount + 1, channelCount], overwritten
 */
export function splat(
  lattice: Lattice,
  input: Rows,
  channelCount: number,
  scale: Float32Array | null,
  target: Float32Array,
): void {
  target.fill(0);
  if (lattice.featureDim === 2) splat2(lattice, input, channelCount, scale, target);
  else if (lattice.featureDim === 5) splat5(lattice, input, channelCount, scale, target);
  else splatAny(lattice, input, channelCount, scale, target);
}

function splatAny(
  lattice: Lattice,
  input: Rows,
  channelCount: number,
  scale: Float32Array | null,
  target: Float32Array,
): void {
  const { featureDim, simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const { values, stride } = input;
  const corners = featureDim + 1;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    for (let place = simplexStarts[simplex]; place < simplexStarts[simplex + 1]; place++) {
      const point = points[place];
      const from = point * stride;
      const factor = scale === null ? 1 : scale[point];
      for (let k = 0; k < corners; k++) {
        const weight = factor * weights[place * corners + k];
        const to = simplexRows[simplex * corners + k] * channelCount;
        for (let c = 0; c < channelCount; c++) target[to + c] += weight * values[from + c];
      }
    }
  }
}

function splat2(
  lattice: Lattice,
  input: Rows,
  channelCount: number,
  scale: Float32Array | null,
  target: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const { values, stride } = input;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 3;
    const to0 = simplexRows[row] * channelCount;
    const to1 = simplexRows[row + 1] * channelCount;
    const to2 = simplexRows[row + 2] * channelCount;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      // An odd one out is paired with itself at weight 0.
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = scale === null ? 1 : scale[a];
      const scaleB = pairScale(other - place, scale, b);
      const fromA = a * stride;
      const fromB = b * stride;
      const a0 = scaleA * weights[3 * place];
      const a1 = scaleA * weights[3 * place + 1];
      const a2 = scaleA * weights[3 * place + 2];
      const b0 = scaleB * weights[3 * other];
      const b1 = scaleB * weights[3 * other + 1];
      const b2 = scaleB * weights[3 * other + 2];
      for (let c = 0; c < channelCount; c++) {
        const valueA = values[fromA + c];
        const valueB = values[fromB + c];
        target[to0 + c] += a0 * valueA + b0 * valueB;
        target[to1 + c] += a1 * valueA + b1 * valueB;
        target[to2 + c] += a2 * valueA + b2 * valueB;
      }
    }
  }
}

function splat5(
  lattice: Lattice,
  input: Rows,
  channelCount: number,
  scale: Float32Array | null,
  target: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const { values, stride } = input;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 6;
    const to0 = simplexRows[row] * channelCount;
    const to1 = simplexRows[row + 1] * channelCount;
    const to2 = simplexRows[row + 2] * channelCount;
    const to3 = simplexRows[row + 3] * channelCount;
    const to4 = simplexRows[row + 4] * channelCount;
    const to5 = simplexRows[row + 5] * channelCount;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = scale === null ? 1 : scale[a];
      const scaleB = pairScale(other - place, scale, b);
      const fromA = a * stride;
      const fromB = b * stride;
      const a0 = scaleA * weights[6 * place];
      const a1 = scaleA * weights[6 * place + 1];
      const a2 = scaleA * weights[6 * place + 2];
      const a3 = scaleA * weights[6 * place + 3];
      const a4 = scaleA * weights[6 * place + 4];
      const a5 = scaleA * weights[6 * place + 5];
      const b0 = scaleB * weights[6 * other];
      const b1 = scaleB * weights[6 * other + 1];
      const b2 = scaleB * weights[6 * other + 2];
      const b3 = scaleB * weights[6 * other + 3];
      const b4 = scaleB * weights[6 * other + 4];
      const b5 = scaleB * weights[6 * other + 5];
      for (let c = 0; c < channelCount; c++) {
        const valueA = values[fromA + c];
        const valueB = values[fromB + c];
        target[to0 + c] += a0 * valueA + b0 * valueB;
        target[to1 + c] += a1 * valueA + b1 * valueB;
        target[to2 + c] += a2 * valueA + b2 * valueB;
        target[to3 + c] += a3 * valueA + b3 * valueB;
        target[to4 + c] += a4 * valueA + b4 * valueB;
        target[to5 + c] += a5 * valueA + b5 * valueB;
      }
    }
  }
}

/** Factor of a pair's second point: 0 where there is none and the first stands in. */
function pairScale(distance: number, scale: Float32Array | null, point: number): number {
  if (distance === 0) return 0;
  return scale === null ? 1 : scale[point];
}
