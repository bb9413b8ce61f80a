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
 * Dimensions 2 and 5 are written out, two points of a simplex at a time: at 512², 20 channels that took a third less time
 * than one point at a time (d = 2; Node 20).
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
  if (lattice.featureDim === 2) slice2(lattice, values, channelCount, scale, weight, out);
  else if (lattice.featureDim === 5) slice5(lattice, values, channelCount, scale, weight, out);
  else sliceAny(lattice, values, channelCount, scale, weight, out);
}

function sliceAny(
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

function slice2(
  lattice: Lattice,
  values: Float32Array,
  channelCount: number,
  scale: Float32Array,
  weight: number,
  out: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const all = weight * latticeScale(2);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 3;
    const from0 = simplexRows[row] * channelCount;
    const from1 = simplexRows[row + 1] * channelCount;
    const from2 = simplexRows[row + 2] * channelCount;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      // An odd one out is paired with itself at weight 0.
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = all * scale[a];
      const scaleB = other === place ? 0 : all * scale[b];
      const toA = a * channelCount;
      const toB = b * channelCount;
      const a0 = scaleA * weights[3 * place];
      const a1 = scaleA * weights[3 * place + 1];
      const a2 = scaleA * weights[3 * place + 2];
      const b0 = scaleB * weights[3 * other];
      const b1 = scaleB * weights[3 * other + 1];
      const b2 = scaleB * weights[3 * other + 2];
      for (let c = 0; c < channelCount; c++) {
        const v0 = values[from0 + c];
        const v1 = values[from1 + c];
        const v2 = values[from2 + c];
        out[toA + c] += a0 * v0 + a1 * v1 + a2 * v2;
        out[toB + c] += b0 * v0 + b1 * v1 + b2 * v2;
      }
    }
  }
}

function slice5(
  lattice: Lattice,
  values: Float32Array,
  channelCount: number,
  scale: Float32Array,
  weight: number,
  out: Float32Array,
): void {
  const { simplexCount, simplexStarts, simplexRows, points, weights } = lattice;
  const all = weight * latticeScale(5);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const row = simplex * 6;
    const from0 = simplexRows[row] * channelCount;
    const from1 = simplexRows[row + 1] * channelCount;
    const from2 = simplexRows[row + 2] * channelCount;
    const from3 = simplexRows[row + 3] * channelCount;
    const from4 = simplexRows[row + 4] * channelCount;
    const from5 = simplexRows[row + 5] * channelCount;
    const end = simplexStarts[simplex + 1];
    for (let place = simplexStarts[simplex]; place < end; place += 2) {
      const other = place + 1 < end ? place + 1 : place;
      const a = points[place];
      const b = points[other];
      const scaleA = all * scale[a];
      const scaleB = other === place ? 0 : all * scale[b];
      const toA = a * channelCount;
      const toB = b * channelCount;
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
        const v0 = values[from0 + c];
        const v1 = values[from1 + c];
        const v2 = values[from2 + c];
        const v3 = values[from3 + c];
        const v4 = values[from4 + c];
        const v5 = values[from5 + c];
        out[toA + c] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3 + a4 * v4 + a5 * v5;
        out[toB + c] += b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3 + b4 * v4 + b5 * v5;
      }
    }
  }
}
