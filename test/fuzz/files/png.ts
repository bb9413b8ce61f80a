// SPDX-License-Identifier: MIT

import { crc32, deflateSync } from 'node:zlib';
import { randomNumbers } from '../../support/random.js';

/** A PNG by its header, drawn from a seed: written from the specification, sharing no code with the reader. */
export interface GivenPng {
  width: number;
  height: number;
  /** Grey, RGB, palette, grey with alpha, RGBA. */
  colourType: 0 | 2 | 3 | 4 | 6;
  depth: 1 | 2 | 4 | 8 | 16;
  interlaced: boolean;
  transparency: boolean;
  /** EXIF orientation in an eXIf chunk. */
  orientation: number | null;
  pieces: number;
  seed: number;
}

export const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
const depthsOf = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;

/** The depth that a colour type may have, nearest to the one asked for. */
export function allowedDepth(colourType: GivenPng['colourType'], depth: GivenPng['depth']): GivenPng['depth'] {
  const allowed: readonly GivenPng['depth'][] = depthsOf[colourType];
  return allowed.includes(depth) ? depth : allowed[0];
}

export interface MadePng {
  bytes: Buffer;
  /** [y, x, channel] */
  samples: Uint16Array;
  palette: readonly (readonly [red: number, green: number, blue: number, alpha: number])[];
  /** The sample values that are transparent, of grey and RGB. */
  transparent: readonly number[] | null;
}

export function makePng(given: GivenPng): MadePng {
  const { width, height, colourType, depth, interlaced, seed } = given;
  const random = randomNumbers(seed);
  const channels = channelsOf[colourType];
  const levels = 2 ** depth;
  const paletteSize = Math.min(levels, 7);
  const samples = Uint16Array.from({ length: width * height * channels }, () =>
    Math.floor((colourType === 3 ? paletteSize : levels) * random()),
  );
  const byte = () => Math.floor(256 * random());
  const palette = Array.from({ length: colourType === 3 ? paletteSize : 0 }, (_, index) => {
    const alpha = given.transparency && index < 2 ? byte() : 255;
    return [byte(), byte(), byte(), alpha] as const;
  });
  const transparent =
    given.transparency && (colourType === 0 || colourType === 2) ? [...samples.subarray(0, channels)] : null;
  const data = deflateSync(interlaced ? interlacedRows(given, samples, random) : plainRows(given, samples, random));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const bytes = Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...(given.orientation === null ? [] : [chunk('eXIf', exifOf(given.orientation))]),
    ...(palette.length > 0 ? [chunk('PLTE', Buffer.from(palette.flatMap((colour) => colour.slice(0, 3))))] : []),
    ...transparencyChunk(given, palette, transparent),
    ...piecesOf(data, given.pieces).map((piece) => chunk('IDAT', piece)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { bytes, samples, palette, transparent };
}

export const signature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** Big-endian TIFF of one entry: tag 0x0112, one SHORT. */
function exifOf(orientation: number): Buffer {
  const head = Buffer.from('MM\0*', 'latin1');
  return Buffer.from([...head, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
}

function transparencyChunk(
  { transparency, colourType }: GivenPng,
  palette: MadePng['palette'],
  transparent: readonly number[] | null,
): Buffer[] {
  if (!transparency) return [];
  if (colourType === 3) return [chunk('tRNS', Buffer.from(palette.slice(0, 2).map(([, , , alpha]) => alpha)))];
  if (!transparent) return [];
  return [chunk('tRNS', Buffer.from(transparent.flatMap((value) => [value >> 8, value & 255])))];
}

function piecesOf(data: Buffer, count: number): Buffer[] {
  const step = Math.ceil(data.length / count);
  return Array.from({ length: Math.ceil(data.length / step) }, (_, i) => data.subarray(i * step, (i + 1) * step));
}

function plainRows(given: GivenPng, samples: Uint16Array, random: () => number): Buffer {
  const { width, height } = given;
  const rows = Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_unused, x) => y * width + x));
  return filtered(given, rows, samples, random);
}

/** Seven passes, each a picture of its own: PNG specification, 8.2. */
function interlacedRows(given: GivenPng, samples: Uint16Array, random: () => number): Buffer {
  const { width, height } = given;
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return Buffer.concat(
    passes.map(([startX, startY, stepX, stepY]) => {
      const rows: number[][] = [];
      for (let y = startY; y < height; y += stepY) {
        const row: number[] = [];
        for (let x = startX; x < width; x += stepX) row.push(y * width + x);
        if (row.length > 0) rows.push(row);
      }
      return filtered(given, rows, samples, random);
    }),
  );
}

/** Rows of pixels as bytes, each with a filter chosen at random: PNG specification, 9.2. */
function filtered(
  { colourType, depth }: GivenPng,
  rows: readonly (readonly number[])[],
  samples: Uint16Array,
  random: () => number,
): Buffer {
  const channels = channelsOf[colourType];
  const distance = Math.max(1, (channels * depth) / 8);
  const packed = rows.map((row) => packedRow(row, channels, depth, samples));
  return Buffer.concat(
    packed.map((row, y) => {
      const filter = Math.floor(5 * random());
      const above = packed[y - 1] ?? Buffer.alloc(row.length);
      const coded = row.map((value, i) => {
        const [left, up, corner] = [row[i - distance] ?? 0, above[i], above[i - distance] ?? 0];
        const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
        return (value - predicted) & 255;
      });
      return Buffer.from([filter, ...coded]);
    }),
  );
}

function packedRow(row: readonly number[], channels: number, depth: number, samples: Uint16Array): Buffer {
  const values = row.flatMap((pixel) => [...samples.subarray(pixel * channels, (pixel + 1) * channels)]);
  if (depth === 16) return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
  const bytes = Buffer.alloc(Math.ceil((values.length * depth) / 8));
  for (const [index, value] of values.entries()) {
    const bit = index * depth;
    bytes[bit >> 3] |= value << (8 - depth - (bit & 7));
  }
  return bytes;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value));
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** The picture as RGBA bytes, before it is turned by its orientation. */
export function rgbaOf({ width, height, colourType, depth }: GivenPng, made: MadePng): Uint8ClampedArray {
  const { samples, palette, transparent } = made;
  const channels = channelsOf[colourType];
  const data = new Uint8ClampedArray(4 * width * height);
  const level = (value: number) => (255 * value) / (2 ** depth - 1);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const own = samples.subarray(pixel * channels, (pixel + 1) * channels);
    const isTransparent = transparent?.every((value, channel) => value === own[channel]) ?? false;
    const opaque = isTransparent ? 0 : 255;
    const colours = {
      0: () => [level(own[0]), level(own[0]), level(own[0]), opaque],
      2: () => [level(own[0]), level(own[1]), level(own[2]), opaque],
      3: () => palette[own[0]],
      4: () => [level(own[0]), level(own[0]), level(own[0]), level(own[1])],
      6: () => [...own].map(level),
    };
    data.set(colours[colourType](), 4 * pixel);
  }
  return data;
}

/** What inflates to `megabytes` of zeros, without them ever being there: the blocks of one megabyte, again and again. */
export function zlibBomb(megabytes: number, flushed: Uint8Array): Buffer {
  const length = megabytes * 2 ** 20;
  const end = Buffer.alloc(4);
  // Adler-32 of zeros: the sum stays 1, the sum of sums counts bytes.
  end.writeUInt32BE((((length % 65521) << 16) | 1) >>> 0);
  const repeated = Array.from({ length: megabytes }, () => flushed);
  // zlib's header, the blocks, and a last empty one.
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...repeated, Buffer.from([0x03, 0x00]), end]);
}
