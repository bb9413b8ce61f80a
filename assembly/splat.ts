// SPDX-License-Identifier: MIT

import { add, row, share } from './rows';

/**
 * Spreads every point's row over the vertices of its simplex, by weight: splatting in Adams, Baek and Davis 2010.
 * Four channels at a time; the points of a simplex are summed in registers. Points come grouped by simplex, so the order of
 * additions is the same in every run. For the usual numbers of corners there is a copy each, whose sums stay in registers.
 *
 * @param corners vertices of a simplex, d + 1
 * @param starts first place in `points` of each simplex, and the end: i32 [simplexCount + 1]
 * @param rows of `target` that each simplex' vertices have: i32 [simplexCount, corners]
 * @param points grouped by simplex: i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param values f32 [pointCount, channels]; channels are a multiple of 4
 * @param target f32 [vertexCount + 1, channels], added to
 * @param firstLane first four channels that are spread
 * @param endLane after the last ones
 * @param from first simplex
 * @param to after the last one
 */
export function splat(
  corners: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  values: usize,
  channels: usize,
  target: usize,
  firstLane: usize,
  endLane: usize,
  from: usize,
  to: usize,
): void {
  const rowBytes = channels << 2;
  const cornerBytes = corners << 2;
  const firstByte = firstLane << 4;
  const endByte = endLane << 4;
  for (let simplex = from; simplex < to; simplex++) {
    const first: usize = load<u32>(starts + (simplex << 2));
    const end: usize = load<u32>(starts + (simplex << 2), 4);
    const at = rows + simplex * cornerBytes;
    const weight = weights + first * cornerBytes;
    const point = points + (first << 2);
    const last = points + (end << 2);
    // @copies
    if (corners === $n) splat$n(at, weight, point, last, values, rowBytes, target, firstByte, endByte);
    else splatAny(corners, at, weight, point, last, values, rowBytes, target, firstByte, endByte);
  }
}

/** `splat` of all simplices, for those who share the channels. */
export function splatLanes(
  corners: usize,
  starts: usize,
  rows: usize,
  points: usize,
  weights: usize,
  values: usize,
  channels: usize,
  target: usize,
  simplexCount: usize,
  from: usize,
  to: usize,
): void {
  splat(corners, starts, rows, points, weights, values, channels, target, from, to, 0, simplexCount);
}

// @copies
function splat$n(
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  target: usize,
  firstByte: usize,
  endByte: usize,
): void {
  const row$k = row(rows, $k, rowBytes, target);
  for (let offset = firstByte; offset < endByte; offset += 16) {
    let sum$k = f32x4.splat(0);
    let weight = weights;
    for (let point = from; point < to; point += 4) {
      const value = v128.load(values + <usize>load<u32>(point) * rowBytes + offset);
      sum$k = f32x4.add(sum$k, share(weight, 4 * $k, value));
      weight += 4 * $n;
    }
    add(row$k + offset, sum$k);
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
  firstByte: usize,
  endByte: usize,
): void {
  const cornerBytes = corners << 2;
  for (let corner: usize = 0; corner < corners; corner++) {
    const at = row(rows, corner, rowBytes, target);
    for (let offset = firstByte; offset < endByte; offset += 16) {
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
