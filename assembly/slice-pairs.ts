// SPDX-License-Identifier: MIT

import { addRowTo, lastWeight, loadRows, rowTwice, weightPair } from './pairs';
import { row, simplexAt } from './rows';

/** Bytes of a row. */
const rowBytes: usize = 8;

/**
 * `slice` for rows of two channels: two corners at a time, with weights that are scaled on the way. Each sum is that of `slice`.
 *
 * @param factors of the weights, in the order of `points`: f32 [pointCount], or one for all where `factorBytes`, from one to the next, is 0
 * @param values rows on the lattice, f32 [vertexCount + 1, 2]
 * @param factor of all
 * @param base f32 [pointCount, 2]
 * @param out the sums, f32 [pointCount, 2]; may be `base`
 * @param firstPlace in `points`
 * @param endPlace after the last one
 */
export function slicePairs(
  corners: usize,
  simplexCount: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  values: usize,
  factor: f32,
  base: usize,
  out: usize,
  firstPlace: usize,
  endPlace: usize,
): void {
  const cornerBytes = corners << 2;
  const all = f32x4.splat(factor);
  let simplex = simplexAt(starts, simplexCount, firstPlace);
  for (let first = firstPlace; first < endPlace; simplex++) {
    const end = min<usize>(load<u32>(starts + (simplex << 2), 4), endPlace);
    const at = rows + simplex * cornerBytes;
    const weight = weights + first * cornerBytes;
    const scale = factors + first * factorBytes;
    const from = points + (first << 2);
    const to = points + (end << 2);
    // @copies
    if (corners === $n) slicePairs$n(at, weight, scale, factorBytes, from, to, values, all, base, out);
    else slicePairsAny(corners, at, weight, scale, factorBytes, from, to, values, all, base, out);
    first = end;
  }
}

// @copies
function slicePairs$n(
  rows: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  from: usize,
  to: usize,
  values: usize,
  all: v128,
  base: usize,
  out: usize,
): void {
  const value$a = f32x4.mul(all, loadRows(row(rows, $a, rowBytes, values), row(rows, $b, rowBytes, values)));
  const value$o = f32x4.mul(all, v128.load64_zero(row(rows, $o, rowBytes, values)));
  let weight = weights;
  let factor = factors;
  for (let point = from; point < to; point += 4) {
    const scale = v128.load32_splat(factor);
    let sum = f32x4.splat(0);
    sum = f32x4.add(sum, f32x4.mul(weightPair(weight, 4 * $a, scale), value$a));
    sum = f32x4.add(sum, f32x4.mul(lastWeight(weight, 4 * $o, scale), value$o));
    const at = (<usize>load<u32>(point)) << 3;
    // The sums of even corners and those of odd ones.
    addRowTo(out + at, base + at, f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1)));
    weight += 4 * $n;
    factor += factorBytes;
  }
}

function slicePairsAny(
  corners: usize,
  rows: usize,
  weights: usize,
  factors: usize,
  factorBytes: usize,
  from: usize,
  to: usize,
  values: usize,
  all: v128,
  base: usize,
  out: usize,
): void {
  let weight = weights;
  let factor = factors;
  for (let point = from; point < to; point += 4) {
    const scale = v128.load32_splat(factor);
    let sum = f32x4.splat(0);
    for (let corner: usize = 0; corner < corners; corner++) {
      const value = rowTwice(row(rows, corner, rowBytes, values));
      sum = f32x4.add(sum, f32x4.mul(lastWeight(weight, corner << 2, scale), value));
    }
    const at = (<usize>load<u32>(point)) << 3;
    addRowTo(out + at, base + at, f32x4.mul(all, sum));
    weight += corners << 2;
    factor += factorBytes;
  }
}
