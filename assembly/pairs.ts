// SPDX-License-Identifier: MIT

// Rows of two channels, 8 bytes: what one vector holds for two corners or pixels.

/** The row at an address, twice. */
export function rowTwice(at: usize): v128 {
  return v128.load64_splat(at);
}

/** Rows at two addresses. */
export function loadRows(first: usize, second: usize): v128 {
  return v128.load64_lane(second, v128.load64_zero(first), 1);
}

export function addRows(first: usize, second: usize, sums: v128): void {
  const rows = f32x4.add(loadRows(first, second), sums);
  v128.store64_lane(first, rows, 0);
  v128.store64_lane(second, rows, 1);
}

export function addRow(at: usize, sums: v128): void {
  addRowTo(at, at, sums);
}

/** Adds a row to that at an address, and puts the sum elsewhere. */
export function addRowTo(to: usize, at: usize, sums: v128): void {
  v128.store64_lane(to, f32x4.add(v128.load64_zero(at), sums), 0);
}

/** Weights of two corners, from an address, times the factor in all lanes: each for the two channels of its row. */
export function weightPair(weights: usize, offset: usize, factor: v128): v128 {
  const pair = v128.load64_zero(weights + offset);
  return f32x4.mul(factor, v128.shuffle<f32>(pair, pair, 0, 0, 1, 1));
}

/** The weight of one corner for two channels; lanes of the second corner are 0. */
export function lastWeight(weights: usize, offset: usize, factor: v128): v128 {
  const last = v128.load32_zero(weights + offset);
  return f32x4.mul(factor, v128.shuffle<f32>(last, last, 0, 0, 1, 1));
}
