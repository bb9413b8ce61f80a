// SPDX-License-Identifier: MIT

import type { Lattice } from './lattice.js';

/**
 * Spreads every point's row over the vertices of its simplex, by barycentric weight: splatting in Adams, Baek and Davis 2010.
 * Points come grouped by simplex, so the order of additions is the same in every run.
 *
 * The two dimensions that images have, 2 and 5, are written out, two points of a simplex at a time: at 512², 20 channels
 * that took 13 and 31 ms where one point at a time took 20 and 40, and the loop for any dimension 90 (d = 5; Node 20).
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
  if (lattice.featureDim === 2) splat2(lattice, values, channelCount, stride, scale, target);
  else if (lattice.featureDim === 5) splat5(lattice, values, channelCount, stride, scale, target);
  else splatAny(lattice, values, channelCount, stride, scale, target);
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

function splatAny(
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

function splat2(
  lattice: Lattice,
  values: Float32Array,
  channelCount: number,
  stride: number,
  scale: Float32Array,
  target: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 3;
    const to0 = simplexRows[row] * stride;
    const to1 = simplexRows[row + 1] * stride;
    const to2 = simplexRows[row + 2] * stride;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      // An odd one out is paired with itself at weight 0.
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = scale[a];
      const scaleB = other === place ? 0 : scale[b];
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
  values: Float32Array,
  channelCount: number,
  stride: number,
  scale: Float32Array,
  target: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 6;
    const to0 = simplexRows[row] * stride;
    const to1 = simplexRows[row + 1] * stride;
    const to2 = simplexRows[row + 2] * stride;
    const to3 = simplexRows[row + 3] * stride;
    const to4 = simplexRows[row + 4] * stride;
    const to5 = simplexRows[row + 5] * stride;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = scale[a];
      const scaleB = other === place ? 0 : scale[b];
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
