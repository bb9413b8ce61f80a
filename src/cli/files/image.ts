// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import { decode, readMetadata, turnUpright } from './images/codec.js';
import { type ImageFile, type ImageFormat, type SizeCheck, sizeCheck } from './images/image-file.js';
import { readImageBytes } from './images/image-format.js';
import { readJpegFile } from './images/jpeg-file.js';
import { decodePhotograph } from './images/photograph.js';
import { encodePlainSamples, pngColourTypes, readPngFile } from './images/png-file.js';
import { readWebpFile } from './images/webp-file.js';
import { labelSamples } from './label-samples.js';

/** A photograph as the kernels see it, which is as Chromium shows it: upright, as sRGB, 8 bits a channel, straight alpha. */
export interface Photograph {
  data: Uint8ClampedArray;
  width: number;
  height: number;
  format: ImageFormat;
  /** The camera's orientation (EXIF 2..8) where the pixels were turned upright by it. */
  orientation?: number;
}

/** Labels as a PNG holds them: grey values, or the indices of its palette. */
export interface LabelImage {
  width: number;
  height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** One element a pixel, whatever the depth. */
  samples: Uint8Array | Uint16Array;
  /** Red, green and blue by index. */
  palette?: readonly (readonly number[])[];
}

/** Endings of the files that `readPhotograph` reads, in lower case. */
export const photographEndings = ['.png', '.jpg', '.jpeg', '.webp'];

/** 100 megapixels; a file of a few kilobytes can claim billions of pixels. */
export const defaultMaximumPixels = 100e6;

const readers: Readonly<
  Record<ImageFormat, (bytes: Uint8Array, checkSize: SizeCheck) => ImageFile | Promise<ImageFile>>
> = {
  PNG: readPngFile,
  JPEG: readJpegFile,
  WebP: (bytes, checkSize) => readWebpFile(bytes, checkSize, () => readMetadata('WebP', bytes)),
};

/** Errors don't name the file: `about` does. */
export async function readPhotograph(file: string, maximumPixels: number): Promise<Photograph> {
  const { format, bytes } = await readImageBytes(file);
  const image = await readers[format](bytes, sizeCheck(format, maximumPixels));
  const { orientation } = image;
  const [across, down] = orientation >= 5 ? [image.height, image.width] : [image.width, image.height];
  const { data, width, height } = await decodePhotograph(format, image);
  if (width !== across || height !== down) {
    throw new Failure(
      `a damaged ${format}: its header says ${across} x ${down} pixels, its pixels are ${width} x ${height}`,
    );
  }
  return { data, width, height, format, ...(orientation === 1 ? undefined : { orientation }) };
}

/** Turned as Chromium turns it. Errors don't name the file: `about` does. */
export async function readLabelPng(file: string, maximumPixels: number): Promise<LabelImage> {
  const { format, bytes } = await readImageBytes(file);
  if (format !== 'PNG') throw new Failure(`a ${format}, expected a PNG: only a lossless format keeps labels`);
  const png = readPngFile(bytes, sizeCheck(format, maximumPixels));
  const { depth, colourType, palette, orientation } = png;
  const is16Bits = depth === 16;
  // As grey the codec would leave out alpha.
  const isSingle = colourType === pngColourTypes.grey || colourType === pngColourTypes.palette;
  const spaces = isSingle ? (['b-w', 'grey16'] as const) : (['srgb', 'rgb16'] as const);
  const { data, info } = await decode(format, encodePlainSamples(png), { ignoreIcc: true }, (image) =>
    turnUpright(image, orientation)
      .toColourspace(spaces[is16Bits ? 1 : 0])
      .raw({ depth: is16Bits ? 'ushort' : 'uchar' }),
  );
  const { width, height, channels } = info;
  const values = is16Bits ? wordsOf(data) : unscaled(data, depth);
  const samples = labelSamples({ channels, depth, samples: values, isGrey: colourType === pngColourTypes.greyAlpha });
  return { width, height, depth, samples, ...(palette ? { palette } : undefined) };
}

/** Grey of fewer bits comes spread over 0..255. */
function unscaled(data: Uint8Array, depth: number): Uint8Array {
  const step = 255 / (2 ** depth - 1);
  return step === 1 ? data : data.map((value) => value / step);
}

/** A Buffer may begin at an odd byte of its memory. */
function wordsOf({ buffer, byteOffset, length }: Buffer): Uint16Array {
  return new Uint16Array(buffer.slice(byteOffset, byteOffset + length));
}
