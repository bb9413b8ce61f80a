// SPDX-License-Identifier: MIT

import { add, row, share } from './rows';

/**
 * Spreads every point's row over the vertices of its simplex, by weight: splatting in Adams, Baek and Davis 2010.
 * Four channels at a time; the points of a simplex are summed in registers. Points come grouped by simplex, so the order of
 * additions is the same in every run. The dimensions that images have, 2 and 5, are written out.
 *
 * @param corners vertices of a simplex, d + 1
 * @param starts first place in `points` of each simplex, and the end: i32 [simplexCount + 1]
 * @param rows of each simplex' vertices: i32 [simplexCount, corners]
 * @param points grouped by simplex: i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param values f32 [pointCount, channels]; channels are a multiple of 4
 * @param target f32 [vertexCount + 1, channels], added to
 */
export function splat(
  corners: usize,
  simplexCount: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  values: usize,
  channels: usize,
  target: usize,
): void {
  const rowBytes = channels << 2;
  const cornerBytes = corners << 2;
  for (let simplex: usize = 0; simplex < simplexCount; simplex++) {
    const first: usize = load<u32>(starts + (simplex << 2));
    const end: usize = load<u32>(starts + (simplex << 2), 4);
    const at = rows + simplex * cornerBytes;
    const weight = weights + first * cornerBytes;
    const from = points + (first << 2);
    const to = points + (end << 2);
    if (corners === 3) splat3(at, weight, from, to, values, rowBytes, target);
    else if (corners === 6) splat6(at, weight, from, to, values, rowBytes, target);
    else splatAny(corners, at, weight, from, to, values, rowBytes, target);
  }
}

function splat3(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  target: usize,
): void {
  const row0 = row(rows, 0, rowBytes, target);
  const row1 = row(rows, 1, rowBytes, target);
  const row2 = row(rows, 2, rowBytes, target);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const value = v128.load(values + <usize>load<u32>(point) * rowBytes + offset);
      sum0 = f32x4.add(sum0, share(weight, 0, value));
      sum1 = f32x4.add(sum1, share(weight, 4, value));
      sum2 = f32x4.add(sum2, share(weight, 8, value));
      weight += 12;
    }
    add(row0 + offset, sum0);
    add(row1 + offset, sum1);
    add(row2 + offset, sum2);
  }
}

function splat6(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  target: usize,
): void {
  const row0 = row(rows, 0, rowBytes, target);
  const row1 = row(rows, 1, rowBytes, target);
  const row2 = row(rows, 2, rowBytes, target);
  const row3 = row(rows, 3, rowBytes, target);
  const row4 = row(rows, 4, rowBytes, target);
  const row5 = row(rows, 5, rowBytes, target);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let sum4 = sum0;
    let sum5 = sum0;
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const value = v128.load(values + <usize>load<u32>(point) * rowBytes + offset);
      sum0 = f32x4.add(sum0, share(weight, 0, value));
      sum1 = f32x4.add(sum1, share(weight, 4, value));
      sum2 = f32x4.add(sum2, share(weight, 8, value));
      sum3 = f32x4.add(sum3, share(weight, 12, value));
      sum4 = f32x4.add(sum4, share(weight, 16, value));
      sum5 = f32x4.add(sum5, share(weight, 20, value));
      weight += 24;
    }
    add(row0 + offset, sum0);
    add(row1 + offset, sum1);
    add(row2 + offset, sum2);
    add(row3 + offset, sum3);
    add(row4 + offset, sum4);
    add(row5 + offset, sum5);
  }
}

function splatAny(
  corners: usize,
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  target: usize,
): void {
  const cornerBytes = corners << 2;
  for (let corner: usize = 0; corner < corners; corner++) {
    const at = row(rows, corner, rowBytes, target);
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      let sum = f32x4.splat(0);
      let weight = weights + (corner << 2);
      for (let point = from; point < to; point += 4) {
        sum = f32x4.add(sum, share(weight, 0, v128.load(values + <usize>load<u32>(point) * rowBytes + offset)));
        weight += cornerBytes;
      }
      add(at + offset, sum);
    }
  }
}
