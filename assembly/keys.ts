// SPDX-License-Identifier: MIT

/**
 * Keys of simplices and vertices are coordinates of 16 bits, eight to a vector, biased by 2^15 as src/reference/packed-key.ts has them;
 * lanes past the coordinates are 0.
 */
const lanesOfVector: u32 = 8;

/** Bytes of a vector, and of keys of up to eight coordinates. */
export const vectorBytes: usize = 16;

/** 16-bit numbers in a key are biased by this. */
const bias: u32 = 0x8000;

/** Bytes of a key of so many coordinates. */
export function keyBytes(featureDim: u32): usize {
  return ((featureDim + lanesOfVector - 1) / lanesOfVector) << 4;
}

export function sameKey(a: usize, b: usize, bytes: usize): bool {
  for (let at: usize = 0; at < bytes; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
  }
  return true;
}

export function copyKey(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Adds a step to a key. */
export function addStep(key: usize, step: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(key + at, i16x8.add(v128.load(key + at), v128.load(step + at)));
  }
}

/** key = from - step. */
export function subtractStep(key: usize, from: usize, step: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(key + at, i16x8.sub(v128.load(from + at), v128.load(step + at)));
  }
}

/**
 * What the key of a vertex differs by from its neighbour's, by axis: 1 in every coordinate and d less in that of the axis. The
 * coordinate d is in no key. To be freed.
 */
export function axisSteps(featureDim: u32): usize {
  const bytes = keyBytes(featureDim);
  const length = (featureDim + 1) * bytes;
  const steps = heap.alloc(length);
  memory.fill(steps, 0, length);
  for (let axis: u32 = 0; axis <= featureDim; axis++) {
    const step = steps + axis * bytes;
    for (let i: u32 = 0; i < featureDim; i++) store<i16>(step + (i << 1), axis === i ? -(<i16>featureDim) : 1);
  }
  return steps;
}

/** Takes a simplex' key apart: `vertex` becomes its vertex of remainder 0, and `coordinateOfRank`, u32 [d + 1], says which has which rank. */
export function splitKey(key: usize, featureDim: u32, vertex: usize, coordinateOfRank: usize): void {
  const corners = featureDim + 1;
  // Division by multiplication, exact for 16 bits.
  const reciprocal: u64 = 0xffffffff / <u64>corners + 1;
  const biasRemainder = bias % corners;
  // The rank that is left over belongs to coordinate d, which the key does not hold.
  for (let rank: u32 = 0; rank <= featureDim; rank++) store<u32>(coordinateOfRank + (rank << 2), featureDim);
  for (let i: u32 = 0; i < featureDim; i++) {
    const number = <u32>load<u16>(key + (i << 1));
    const remainder = number - <u32>((number * reciprocal) >> 32) * corners + corners - biasRemainder;
    const rank = remainder >= corners ? remainder - corners : remainder;
    store<u32>(coordinateOfRank + (rank << 2), i);
    store<u16>(vertex + (i << 1), number - rank);
  }
}
