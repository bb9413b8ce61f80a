// SPDX-License-Identifier: MIT

import { decode, encode } from 'fast-png';
import { Failure } from '../failure.js';

/** A PNG's own samples: one, two, three or four a pixel, palette indices where there is a palette. */
export interface PngSamples {
  width: number;
  height: number;
  channels: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** One element a sample, whatever the depth. */
  samples: Uint8Array | Uint16Array;
  /** Red, green, blue and perhaps alpha by index. */
  palette?: readonly (readonly number[])[];
}

/** The file's header must have been checked: the whole image is decoded at once. */
export function decodePng(bytes: Uint8Array): PngSamples {
  const { width, height, channels, depth, data, palette } = decodeChecked(bytes);
  const samples = depth < 8 ? unpack(data, width, height, depth) : data;
  const plain =
    samples instanceof Uint16Array ? samples : new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
  if (plain.length !== width * height * channels) throw new Failure('a damaged PNG: its pixels are incomplete');
  return { width, height, channels, depth, samples: plain, ...(palette ? { palette } : undefined) };
}

/** One sample a pixel: 8 bits where every value fits, else 16. */
export function encodeGreyPng(values: ArrayLike<number>, width: number, height: number, bits: 8 | 16): Uint8Array {
  const data = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return encode({ width, height, channels: 1, depth: bits, data });
}

/** Indices of a palette, whose alpha is left out. */
export function encodePalettePng(
  indices: ArrayLike<number>,
  width: number,
  height: number,
  palette: readonly (readonly number[])[],
): Uint8Array {
  const colours = palette.map((colour) => colour.slice(0, 3));
  return encode({ width, height, channels: 1, depth: 8, data: Uint8Array.from(indices), palette: colours });
}

export function encodeRgbPng(data: Uint8Array, width: number, height: number): Uint8Array {
  return encode({ width, height, channels: 3, depth: 8, data });
}

/** Straight alpha. */
export function encodeRgbaPng(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  return encode({ width, height, channels: 4, depth: 8, data });
}

function decodeChecked(bytes: Uint8Array): ReturnType<typeof decode> {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    // The decoder runs off the end of a file that ends too early.
    if (cause instanceof RangeError) throw new Failure('a damaged PNG: it ends too early');
    throw new Failure(`a damaged PNG: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Rows begin at whole bytes; the first sample has a byte's highest bits. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const samples = new Uint8Array(width * height);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)];
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}
