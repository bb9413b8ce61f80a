// SPDX-License-Identifier: MIT

import { encode } from 'fast-png';

/** PNGs that tests give to programs: written at once, and by another encoder than the command line's. */

/** One sample a pixel. */
export function encodeGreyPng(values: ArrayLike<number>, width: number, height: number, bits: 8 | 16): Uint8Array {
  const data = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return encode({ width, height, channels: 1, depth: bits, data });
}

export function encodeRgbPng(data: Uint8Array, width: number, height: number): Uint8Array {
  return encode({ width, height, channels: 3, depth: 8, data });
}
