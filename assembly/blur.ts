// SPDX-License-Identifier: MIT

import { loadRows } from './pairs';

/**
 * Blurs rows on the lattice along one axis with the taps ½ 1 ½: blurring in Adams, Baek and Davis 2010.
 * Row 0, all zeros in both buffers, stands for every vertex that no point created.
 *
 * @param neighbours rows of each vertex' two neighbours on the axis: i32 [vertexCount, 2]
 * @param channels 2, or a multiple of 4
 * @param source f32 [vertexCount + 1, channels]
 * @param target as long as `source`; overwritten
 * @param from first vertex
 * @param to after the last one
 */
export function blur(neighbours: usize, channels: usize, source: usize, target: usize, from: usize, to: usize): void {
  const pair = neighbours + (from << 3);
  const end = neighbours + (to << 3);
  const first = (from + 1) * (channels << 2);
  if (channels === 2) blurPairs(pair, end, source, first, target);
  else blurRows(pair, end, channels << 2, source, first, target);
}

/** @param first bytes to the first vertex' row */
function blurRows(pairs: usize, end: usize, rowBytes: usize, source: usize, first: usize, target: usize): void {
  const half = f32x4.splat(0.5);
  let own = source + first;
  let out = target + first;
  for (let pair = pairs; pair < end; pair += 8) {
    const before = source + <usize>load<u32>(pair) * rowBytes;
    const after = source + <usize>load<u32>(pair, 4) * rowBytes;
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      const both = f32x4.add(v128.load(before + offset), v128.load(after + offset));
      v128.store(out + offset, f32x4.add(v128.load(own + offset), f32x4.mul(half, both)));
    }
    own += rowBytes;
    out += rowBytes;
  }
}

/** Rows of two channels, two vertices at a time. */
function blurPairs(pairs: usize, end: usize, source: usize, first: usize, target: usize): void {
  const half = f32x4.splat(0.5);
  let offset = first;
  let pair = pairs;
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
