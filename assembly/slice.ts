// SPDX-License-Identifier: MIT

import { add, row, share } from './rows';

/**
 * Reads every point's row off the vertices of its simplex, by weight, and adds it to `out`, times a factor: slicing in Adams, Baek and
 * Davis 2010.
 * Four channels at a time; the rows of a simplex stay in registers. The dimensions that images have, 2 and 5, are written out.
 *
 * @param corners vertices of a simplex, d + 1
 * @param starts first place in `points` of each simplex, and the end: i32 [simplexCount + 1]
 * @param rows of each simplex' vertices: i32 [simplexCount, corners]
 * @param points grouped by simplex: i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param values rows on the lattice, f32 [vertexCount + 1, channels]; channels are a multiple of 4
 * @param factor of all
 * @param out f32 [pointCount, channels]
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
  out: usize,
): void {
  const rowBytes = channels << 2;
  const cornerBytes = corners << 2;
  const factors = f32x4.splat(factor);
  for (let simplex: usize = 0; simplex < simplexCount; simplex++) {
    const first: usize = load<u32>(starts + (simplex << 2));
    const end: usize = load<u32>(starts + (simplex << 2), 4);
    const at = rows + simplex * cornerBytes;
    const weight = weights + first * cornerBytes;
    const from = points + (first << 2);
    const to = points + (end << 2);
    if (corners === 3) slice3(at, weight, from, to, values, rowBytes, factors, out);
    else if (corners === 6) slice6(at, weight, from, to, values, rowBytes, factors, out);
    else sliceAny(corners, at, weight, from, to, values, rowBytes, factors, out);
  }
}

function slice3(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  factors: v128,
  out: usize,
): void {
  const row0 = row(rows, 0, rowBytes, values);
  const row1 = row(rows, 1, rowBytes, values);
  const row2 = row(rows, 2, rowBytes, values);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
    const value0 = f32x4.mul(factors, v128.load(row0 + offset));
    const value1 = f32x4.mul(factors, v128.load(row1 + offset));
    const value2 = f32x4.mul(factors, v128.load(row2 + offset));
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const at = <usize>load<u32>(point) * rowBytes + offset;
      const outer = f32x4.add(share(weight, 0, value0), share(weight, 8, value2));
      const sum = f32x4.add(outer, share(weight, 4, value1));
      add(out + at, sum);
      weight += 12;
    }
  }
}

function slice6(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  factors: v128,
  out: usize,
): void {
  const row0 = row(rows, 0, rowBytes, values);
  const row1 = row(rows, 1, rowBytes, values);
  const row2 = row(rows, 2, rowBytes, values);
  const row3 = row(rows, 3, rowBytes, values);
  const row4 = row(rows, 4, rowBytes, values);
  const row5 = row(rows, 5, rowBytes, values);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
    const value0 = f32x4.mul(factors, v128.load(row0 + offset));
    const value1 = f32x4.mul(factors, v128.load(row1 + offset));
    const value2 = f32x4.mul(factors, v128.load(row2 + offset));
    const value3 = f32x4.mul(factors, v128.load(row3 + offset));
    const value4 = f32x4.mul(factors, v128.load(row4 + offset));
    const value5 = f32x4.mul(factors, v128.load(row5 + offset));
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const at = <usize>load<u32>(point) * rowBytes + offset;
      // Two chains of additions: one would wait for itself.
      let even = f32x4.add(share(weight, 0, value0), share(weight, 8, value2));
      let odd = f32x4.add(share(weight, 4, value1), share(weight, 12, value3));
      even = f32x4.add(even, share(weight, 16, value4));
      odd = f32x4.add(odd, share(weight, 20, value5));
      add(out + at, f32x4.add(even, odd));
      weight += 24;
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
      add(out + at, f32x4.mul(factors, sum));
    }
    weight += corners << 2;
  }
}
