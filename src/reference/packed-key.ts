// SPDX-License-Identifier: MIT

/**
 * Keys of simplices and vertices: featureDim signed 16-bit numbers, packed two to an int32 and biased by 2^15.
 * The bias keeps halves apart: adding a small number to one never borrows from the other.
 */

const bias = 0x8000;

/** int32 words that hold one key. */
export function wordsOfKey(featureDim: number): number {
  return (featureDim + 1) >> 1;
}

/** Packs `numbers[0..featureDim-1]` into `words`, from `offset`. */
export function packKey(numbers: Int32Array, featureDim: number, words: Int32Array, offset: number): void {
  for (let i = 0, w = offset; i < featureDim; i += 2, w++) {
    const low = numbers[i] + bias;
    words[w] = i + 1 < featureDim ? low | ((numbers[i + 1] + bias) << 16) : low;
  }
}

/** The inverse of packKey. */
export function unpackKey(words: Int32Array, offset: number, featureDim: number, numbers: Int32Array): void {
  for (let i = 0; i < featureDim; i++) {
    const word = words[offset + (i >> 1)];
    numbers[i] = ((i & 1) === 0 ? word & 0xffff : word >>> 16) - bias;
  }
}

/**
 * Adds `all` to every coordinate of a packed key, and `more` to coordinate `one` (none if that is featureDim or above).
 * The result must stay in 16 bits, which `resolveParameters` has seen to.
 */
export function shiftKey(
  words: Int32Array,
  offset: number,
  featureDim: number,
  all: number,
  one: number,
  more: number,
): void {
  for (let i = 0, w = offset; i < featureDim; i += 2, w++) {
    words[w] += i + 1 < featureDim ? all * 0x10001 : all;
  }
  if (one < featureDim) words[offset + (one >> 1)] += more << (16 * (one & 1));
}
