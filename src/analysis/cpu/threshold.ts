// SPDX-License-Identifier: MIT

/** 1 where a value is at most `limit` (`within`) or above it (`beyond`), else 0. */
export function threshold(values: Uint32Array, limit: number, side: 'within' | 'beyond'): Uint32Array {
  return values.map((value) => Number(value <= limit === (side === 'within')));
}
