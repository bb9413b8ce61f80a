// SPDX-License-Identifier: MIT

import { loadRows } from './pairs';

/**
 * Blurs rows on the lattice along axes 0..d in this order, each with the taps ½ 1 ½: blurring in Adams, Baek and Davis 2010.
 * Rows go back and forth between two buffers; row 0, all zeros in both, stands for every vertex that no point created.
 *
 * @param corners d + 1
 * @param neighbours rows of each vertex' two neighbours: i32 [corners, vertexCount, 2]
 * @param channels 2, or a multiple of 4
 * @param values f32 [vertexCount + 1, channels]; overwritten
 * @param scratch as long as `values`
 * @returns the one of the two that holds the result
 */
export function blur(
  corners: usize,
  vertexCount: usize,
  neighbours: usize,
  channels: usize,
  values: usize,
  scratch: usize,
): usize {
  let source = values;
  let target = scratch;
  let pair = neighbours;
  for (let axis: usize = 0; axis < corners; axis++) {
    if (channels === 2) blurPairs(vertexCount, pair, source, target);
    else blurRows(vertexCount, pair, channels << 2, source, target);
    pair += vertexCount << 3;
    const blurred = target;
    target = source;
    source = blurred;
  }
  return source;
}

function blurRows(vertexCount: usize, neighbours: usize, rowBytes: usize, source: usize, target: usize): void {
  const half = f32x4.splat(0.5);
  const end = target + rowBytes * (vertexCount + 1);
  let own = source + rowBytes;
  let pair = neighbours;
  for (let out = target + rowBytes; out < end; out += rowBytes) {
    const before = source + <usize>load<u32>(pair) * rowBytes;
    const after = source + <usize>load<u32>(pair, 4) * rowBytes;
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      const both = f32x4.add(v128.load(before + offset), v128.load(after + offset));
      v128.store(out + offset, f32x4.add(v128.load(own + offset), f32x4.mul(half, both)));
    }
    own += rowBytes;
    pair += 8;
  }
}

/** Rows of two channels, two vertices at a time. */
function blurPairs(vertexCount: usize, neighbours: usize, source: usize, target: usize): void {
  const half = f32x4.splat(0.5);
  const end = neighbours + (vertexCount << 3);
  let offset: usize = 8;
  let pair = neighbours;
  for (; pair + 16 <= end; pair += 16) {
    const before = loadRows(source + ((<usize>load<u32>(pair)) << 3), source + ((<usize>load<u32>(pair, 8)) << 3));
    const after = loadRows(source + ((<usize>load<u32>(pair, 4)) << 3), source + ((<usize>load<u32>(pair, 12)) << 3));
    const own = v128.load(source + offset);
    v128.store(target + offset, f32x4.add(own, f32x4.mul(half, f32x4.add(before, after))));
    offset += 16;
  }
  if (pair === end) return;
  const before = v128.load64_zero(source + ((<usize>load<u32>(pair)) << 3));
  const after = v128.load64_zero(source + ((<usize>load<u32>(pair, 4)) << 3));
  const own = v128.load64_zero(source + offset);
  v128.store64_lane(target + offset, f32x4.add(own, f32x4.mul(half, f32x4.add(before, after))), 0);
}
