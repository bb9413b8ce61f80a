// SPDX-License-Identifier: MIT

import { addRow, addRows, lastWeight, rowTwice, weightPair } from './pairs';
import { clear, isOwn, ownCorners, row } from './rows';

/** Bytes of a row. */
const rowBytes: usize = 8;

/**
 * `splat` for rows of two channels: two corners at a time, with weights that are scaled on the way. Each sum is that of `splat`.
 *
 * @param factors of the weights, in the order of `points`: f32 [pointCount], or one for all where `factorBytes`, from one to the next, is 0
 * @param values f32 [pointCount, 2], or one row for all where `valueBytes`, from one row to the next, is 0
 * @param target f32 [vertexCount + 1, 2], overwritten
 * @param parts vertices that parts of the work begin with, and the end: u32 [partCount + 1]
 * @param from first part
 * @param to after the last one
 */
export function splatPairs(
  corners: usize,
  simplexCount: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  values: usize,
  valueBytes: usize,
  target: usize,
  parts: usize,
  from: usize,
  to: usize,
): void {
  const firstVertex: usize = load<u32>(parts + (from << 2));
  const endVertex: usize = load<u32>(parts + (to << 2));
  const cornerBytes = corners << 2;
  clear(target, rowBytes, firstVertex, endVertex);
  for (let simplex: usize = 0; simplex < simplexCount; simplex++) {
    const at = rows + simplex * cornerBytes;
    const own = ownCorners(corners, at, firstVertex, endVertex);
    if (own === 0) continue;
    const first: usize = load<u32>(starts + (simplex << 2));
    const end: usize = load<u32>(starts + (simplex << 2), 4);
    const weight = weights + first * cornerBytes;
    const factor = factors + first * factorBytes;
    const point = points + (first << 2);
    const last = points + (end << 2);
    const copied = own === corners ? corners : 0;
    // @copies
    if (copied === $n) splatPairs$n(at, weight, factor, factorBytes, point, last, values, valueBytes, target);
    else
      splatOwnPairs(
        corners,
        at,
        weight,
        factor,
        factorBytes,
        point,
        last,
        values,
        valueBytes,
        target,
        firstVertex,
        endVertex,
      );
  }
}

// @copies
function splatPairs$n(
  rows: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  from: usize,
  to: usize,
  values: usize,
  valueBytes: usize,
  target: usize,
): void {
  let sum$a = f32x4.splat(0);
  let sum$o = f32x4.splat(0);
  let weight = weights;
  let factor = factors;
  for (let point = from; point < to; point += 4) {
    const value = rowTwice(values + <usize>load<u32>(point) * valueBytes);
    const scale = v128.load32_splat(factor);
    sum$a = f32x4.add(sum$a, f32x4.mul(weightPair(weight, 4 * $a, scale), value));
    sum$o = f32x4.add(sum$o, f32x4.mul(lastWeight(weight, 4 * $o, scale), value));
    weight += 4 * $n;
    factor += factorBytes;
  }
  addRows(row(rows, $a, rowBytes, target), row(rows, $b, rowBytes, target), sum$a);
  addRow(row(rows, $o, rowBytes, target), sum$o);
}

/** For any number of corners, of which only those from `firstVertex` to `endVertex` are added to. */
function splatOwnPairs(
  corners: usize,
  rows: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  from: usize,
  to: usize,
  values: usize,
  valueBytes: usize,
  target: usize,
  firstVertex: usize,
  endVertex: usize,
): void {
  for (let corner: usize = 0; corner < corners; corner++) {
    if (!isOwn(rows, corner, firstVertex, endVertex)) continue;
    let sum = f32x4.splat(0);
    let weight = weights + (corner << 2);
    let factor = factors;
    for (let point = from; point < to; point += 4) {
      const value = rowTwice(values + <usize>load<u32>(point) * valueBytes);
      sum = f32x4.add(sum, f32x4.mul(lastWeight(weight, 0, v128.load32_splat(factor)), value));
      weight += corners << 2;
      factor += factorBytes;
    }
    addRow(row(rows, corner, rowBytes, target), sum);
  }
}
