// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { imageSize } from 'image-size';
import { Failure } from '../failure.js';
import { labelSamples } from './label-samples.js';
import { decodePng, type PngSamples } from './png.js';

/** A photograph as the kernels see it: 8 bits a channel, straight alpha, no colour management. */
export interface Photograph {
  data: Uint8ClampedArray;
  width: number;
  height: number;
  format: ImageFormat;
  /** The camera's orientation (EXIF 2..8) where the pixels were turned upright by it. */
  orientation?: number;
}

export type ImageFormat = 'PNG' | 'JPEG' | 'WebP';

/** Endings of the files that `readPhotograph` reads, in lower case. */
export const photographEndings = ['.png', '.jpg', '.jpeg', '.webp'];

/** 100 megapixels; a file of a few kilobytes can claim billions of pixels. */
export const defaultMaximumPixels = 100e6;

/** Errors don't name the file: `about` does. */
export async function readPhotograph(file: string, maximumPixels: number): Promise<Photograph> {
  const bytes = await readFile(file);
  const { format, width, height, orientation } = readHeader(bytes, maximumPixels);
  if (format === 'PNG') return photographFromPng(decodePng(bytes));
  const decoded = format === 'JPEG' ? await decodeJpeg(bytes) : await decodeWebp(bytes);
  const turned = format === 'JPEG' && orientation !== undefined && orientation > 1;
  const swapped = turned && orientation >= 5;
  if (decoded.width !== (swapped ? height : width) || decoded.height !== (swapped ? width : height)) {
    throw new Failure(
      `a damaged ${format}: its header says ${width} x ${height}, its pixels ${decoded.width} x ${decoded.height}`,
    );
  }
  return {
    data: decoded.data,
    width: decoded.width,
    height: decoded.height,
    format,
    ...(turned ? { orientation } : undefined),
  };
}

/** Labels as a PNG holds them: grey values, or the indices of its palette. */
export async function readLabelPng(file: string, maximumPixels: number): Promise<PngSamples> {
  const bytes = await readFile(file);
  const { format } = readHeader(bytes, maximumPixels);
  if (format !== 'PNG') throw new Failure(`a ${format}, expected a PNG: only a lossless format keeps labels`);
  return labelSamples(decodePng(bytes));
}

interface ImageHeader {
  format: ImageFormat;
  width: number;
  height: number;
  orientation?: number;
}

const formats: readonly { format: ImageFormat; matches(bytes: Buffer): boolean }[] = [
  { format: 'PNG', matches: (bytes) => bytes.toString('latin1', 0, 8) === '\u0089PNG\r\n\u001a\n' },
  { format: 'JPEG', matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff },
  {
    format: 'WebP',
    matches: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  },
];

/** Looks at the size before anything is decoded. */
function readHeader(bytes: Buffer, maximumPixels: number): ImageHeader {
  const format = formats.find((candidate) => candidate.matches(bytes))?.format;
  if (!format) {
    const start = bytes.length === 0 ? 'it is empty' : `it begins with ${bytes.toString('hex', 0, 4)} (hex)`;
    throw new Failure(`not a PNG, JPEG or WebP image: ${start}`);
  }
  const { width, height, orientation } = sizeOf(bytes, format);
  if (!(width > 0 && height > 0)) throw new Failure(`a damaged ${format}: its header says ${width} x ${height} pixels`);
  if (width * height > maximumPixels) {
    throw new Failure(
      `${width} x ${height} is ${megapixels(width * height)} megapixels, expected at most ` +
        `${megapixels(maximumPixels)}; --max-megapixels raises that`,
    );
  }
  return { format, width, height, ...(orientation === undefined ? undefined : { orientation }) };
}

function sizeOf(bytes: Buffer, format: ImageFormat): { width: number; height: number; orientation?: number } {
  try {
    return imageSize(bytes);
  } catch {
    throw new Failure(`a damaged ${format}: its header cannot be read`);
  }
}

function megapixels(pixels: number): string {
  return String(Number((pixels / 1e6).toPrecision(3)));
}

function photographFromPng(png: PngSamples): Photograph {
  const { width, height, channels, depth, samples, palette } = png;
  const data = new Uint8ClampedArray(4 * width * height);
  // The clamped array rounds to the nearest of 256 levels.
  const scale = 255 / (2 ** depth - 1);
  const isGrey = channels <= 2;
  for (let i = 0; i < width * height; i++) {
    const from = i * channels;
    const to = 4 * i;
    data[to + 3] = 255;
    if (palette) {
      const colour = palette[samples[from]];
      if (!colour) {
        throw new Failure(`a damaged PNG: pixel ${i} has colour ${samples[from]} of a palette of ${palette.length}`);
      }
      for (let c = 0; c < colour.length; c++) data[to + c] = colour[c];
    } else {
      data[to] = samples[from] * scale;
      data[to + 1] = samples[isGrey ? from : from + 1] * scale;
      data[to + 2] = samples[isGrey ? from : from + 2] * scale;
      if (channels % 2 === 0) data[to + 3] = samples[from + channels - 1] * scale;
    }
  }
  return { data, width, height, format: 'PNG' };
}

interface Rgba {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

async function decodeJpeg(bytes: Buffer): Promise<Rgba> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const complaints: string[] = [];
  await initialise(init, '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', complaints);
  // Turned as the camera says, as every browser shows it.
  return decodeStrictly('JPEG', complaints, () => decode(exactBuffer(bytes), { preserveOrientation: true }));
}

async function decodeWebp(bytes: Buffer): Promise<Rgba> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  const complaints: string[] = [];
  await initialise(init, '@jsquash/webp/codec/dec/webp_dec.wasm', complaints);
  return decodeStrictly('WebP', complaints, () => decode(exactBuffer(bytes)));
}

/** The codecs look for their WebAssembly by `fetch`, which in Node reads no files. */
async function initialise(
  init: (module: WebAssembly.Module, overrides: { printErr(line: string): void }) => Promise<void>,
  wasm: string,
  complaints: string[],
): Promise<void> {
  const binary = await readFile(createRequire(import.meta.url).resolve(wasm));
  await init(await WebAssembly.compile(new Uint8Array(binary)), { printErr: (line) => complaints.push(line) });
}

/** libjpeg fills what is missing with grey and only mentions it: that is an error here. */
async function decodeStrictly(format: ImageFormat, complaints: string[], decode: () => Promise<Rgba>): Promise<Rgba> {
  const exitCode = process.exitCode;
  let decoded: Rgba | undefined;
  try {
    decoded = await decode();
  } catch {
    // Where libjpeg gives up it ends its program, and the codec's wrapper then sets our exit code.
    process.exitCode = exitCode;
  }
  if (decoded && complaints.length === 0) return decoded;
  throw new Failure(`a damaged ${format}: ${complaints[0] ?? 'it cannot be decoded'}`);
}

/** A Buffer may be a window on a larger piece of memory. */
function exactBuffer(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
