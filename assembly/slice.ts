// SPDX-License-Identifier: MIT

import { addTo, row, share, simplexAt } from './rows';

/**
 * Reads every point's row off the vertices of its simplex, by weight, times a factor, and adds it to that of `base`: slicing in Adams, Baek
 * and Davis 2010.
 * Four channels at a time. For the usual numbers of corners there is a copy each, whose rows stay in registers.
 *
 * @param corners vertices of a simplex, d + 1
 * @param starts first place in `points` of each simplex, and the end: i32 [simplexCount + 1]
 * @param rows of each simplex' vertices: i32 [simplexCount, corners]
 * @param points grouped by simplex: i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param values rows on the lattice, f32 [vertexCount + 1, channels]; channels are a multiple of 4
 * @param factor of all
 * @param base f32 [pointCount, channels]
 * @param out the sums, f32 [pointCount, channels]; may be `base`
 * @param firstPlace in `points`
 * @param endPlace after the last one
 */
export function slice(
  corners: usize,
  simplexCount: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  values: usize,
  channels: usize,
  factor: f32,
  base: usize,
  out: usize,
  firstPlace: usize,
  endPlace: usize,
): void {
  const rowBytes = channels << 2;
  const cornerBytes = corners << 2;
  const factors = f32x4.splat(factor);
  let simplex = simplexAt(starts, simplexCount, firstPlace);
  for (let first = firstPlace; first < endPlace; simplex++) {
    const end = min<usize>(load<u32>(starts + (simplex << 2), 4), endPlace);
    const at = rows + simplex * cornerBytes;
    const weight = weights + first * cornerBytes;
    const from = points + (first << 2);
    const to = points + (end << 2);
    // @copies
    if (corners === $n) slice$n(at, weight, from, to, values, rowBytes, factors, base, out);
    else sliceAny(corners, at, weight, from, to, values, rowBytes, factors, base, out);
    first = end;
  }
}

// @copies
function slice$n(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  factors: v128,
  base: usize,
  out: usize,
): void {
  const row$k = row(rows, $k, rowBytes, values);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
    const value$k = f32x4.mul(factors, v128.load(row$k + offset));
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const at = <usize>load<u32>(point) * rowBytes + offset;
      // Two chains of additions: one would wait for itself.
      let sum$parity = share(weight, 4 * $s, value$s);
      sum$parity = f32x4.add(sum$parity, share(weight, 4 * $m, value$m));
      addTo(out + at, base + at, f32x4.add(sum0, sum1));
      weight += 4 * $n;
    }
  }
}

function sliceAny(
  corners: usize,
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  factors: v128,
  base: usize,
  out: usize,
): void {
  let weight = weights;
  for (let point = from; point < to; point += 4) {
    const start = <usize>load<u32>(point) * rowBytes;
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      let sum = f32x4.splat(0);
      for (let corner: usize = 0; corner < corners; corner++) {
        const value = v128.load(row(rows, corner, rowBytes, values) + offset);
        sum = f32x4.add(sum, share(weight, corner << 2, value));
      }
      const at = start + offset;
      addTo(out + at, base + at, f32x4.mul(factors, sum));
    }
    weight += corners << 2;
  }
}
