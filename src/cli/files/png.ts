// SPDX-License-Identifier: MIT

import { loadCodec } from './images/codec.js';
import { asPalettePng } from './images/png-file.js';

/** One sample a pixel: 8 bits where every value fits, else 16. */
export async function encodeGreyPng(
  values: ArrayLike<number>,
  width: number,
  height: number,
  bits: 8 | 16,
): Promise<Uint8Array> {
  const sharp = await loadCodec();
  const samples = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return await sharp(samples, { raw: { width, height, channels: 1 } })
    .toColourspace(bits === 8 ? 'b-w' : 'grey16')
    .png()
    .toBuffer();
}

/** Indices of a palette, whose alpha is left out. */
export async function encodePalettePng(
  indices: ArrayLike<number>,
  width: number,
  height: number,
  palette: readonly (readonly number[])[],
): Promise<Uint8Array> {
  const colours = palette.map((colour) => colour.slice(0, 3));
  return asPalettePng(await encodeGreyPng(indices, width, height, 8), colours);
}

export function encodeRgbPng(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return encodeColours(data, width, height, 3);
}

/** Straight alpha. */
export function encodeRgbaPng(
  data: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Promise<Uint8Array> {
  return encodeColours(data, width, height, 4);
}

async function encodeColours(
  data: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  channels: 3 | 4,
): Promise<Uint8Array> {
  const sharp = await loadCodec();
  // A filter chosen row by row halves a photograph's file, for twice the time.
  return await sharp(data, { raw: { width, height, channels } }).png({ adaptiveFiltering: true }).toBuffer();
}
