// SPDX-License-Identifier: MIT

import { add, clear, isOwn, ownCorners, row, share } from './rows';

/**
 * Spreads every point's row over the vertices of its simplex, by weight: splatting in Adams, Baek and Davis 2010.
 * Four channels at a time; the points of a simplex are summed in registers. Points come grouped by simplex, so the order of
 * additions to a vertex is the same in every run, and whoever shares the vertices: each goes through all simplices, and adds to its own. For the usual
 * numbers of corners there is a copy each, whose sums stay in registers.
 *
 * @param corners vertices of a simplex, d + 1
 * @param starts first place in `points` of each simplex, and the end: i32 [simplexCount + 1]
 * @param rows of `target` that each simplex' vertices have: i32 [simplexCount, corners]
 * @param points grouped by simplex: i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param values f32 [pointCount, channels]; channels are a multiple of 4
 * @param target f32 [vertexCount + 1, channels], overwritten
 * @param parts vertices that parts of the work begin with, and the end: u32 [partCount + 1]
 * @param from first part
 * @param to after the last one
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
  parts: usize,
  from: usize,
  to: usize,
): void {
  const firstVertex: usize = load<u32>(parts + (from << 2));
  const endVertex: usize = load<u32>(parts + (to << 2));
  const rowBytes = channels << 2;
  const cornerBytes = corners << 2;
  clear(target, rowBytes, firstVertex, endVertex);
  for (let simplex: usize = 0; simplex < simplexCount; simplex++) {
    const at = rows + simplex * cornerBytes;
    const own = ownCorners(corners, at, firstVertex, endVertex);
    if (own === 0) continue;
    const first: usize = load<u32>(starts + (simplex << 2));
    const end: usize = load<u32>(starts + (simplex << 2), 4);
    const weight = weights + first * cornerBytes;
    const point = points + (first << 2);
    const last = points + (end << 2);
    const copied = own === corners ? corners : 0;
    // @copies
    if (copied === $n) splat$n(at, weight, point, last, values, rowBytes, target);
    else splatOwn(corners, at, weight, point, last, values, rowBytes, target, firstVertex, endVertex);
  }
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
): void {
  const row$k = row(rows, $k, rowBytes, target);
  for (let offset: usize = 0; offset < rowBytes; offset += 16) {
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

/** For any number of corners, of which only those from `firstVertex` to `endVertex` are added to. */
function splatOwn(
  corners: usize,
  rows: usize,
  weights: usize,
  from: usize,
  to: usize,
  values: usize,
  rowBytes: usize,
  target: usize,
  firstVertex: usize,
  endVertex: usize,
): void {
  const cornerBytes = corners << 2;
  for (let corner: usize = 0; corner < corners; corner++) {
    if (!isOwn(rows, corner, firstVertex, endVertex)) continue;
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
