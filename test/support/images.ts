// SPDX-License-Identifier: MIT

import sharp, { type Sharp } from 'sharp';
import { exifSegment, orientationTiff, withSegments } from './exif.js';

export interface Rgba {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** Smooth colours with a dark square off the centre: no turn or mirror of it looks the same. */
export function testPicture(width = 32, height = 20): Rgba {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inSquare = x >= 4 && x < 12 && y >= 2 && y < 8;
      const colour = inSquare ? [20, 30, 40] : [(255 * x) / width, (255 * y) / height, 128];
      data.set([...colour, 255], 4 * (y * width + x));
    }
  }
  return { data, width, height };
}

/** For a codec. */
export function codecOf({ data, width, height }: Rgba): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 } });
}

export async function jpegOf(picture: Rgba, orientation?: number): Promise<Buffer> {
  const jpeg = await codecOf(picture).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  if (orientation === undefined) return jpeg;
  return withSegments(jpeg, exifSegment(orientationTiff(orientation, { order: 'MM' })));
}

export async function losslessWebpOf(picture: Rgba): Promise<Buffer> {
  return await codecOf(picture).webp({ lossless: true, exact: true }).toBuffer();
}

/** A part of a WebP. */
export function webpChunk(type: string, ...data: Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** A WebP that says in a header of its own how large it is and what is in it (`flags`: 2 animation, 8 EXIF, 16 alpha). */
export function extendedWebp(flags: number, width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = webpChunk('VP8X', Buffer.of(flags, 0, 0, 0), uint24(width - 1), uint24(height - 1));
  return webpChunk('RIFF', Buffer.from('WEBP'), header, ...chunks);
}

/** A frame of an animation; `x` and `y` are even. */
export function webpFrame(x: number, y: number, frame: { width: number; height: number; webp: Buffer }): Buffer {
  const { width, height, webp } = frame;
  const place = [x / 2, y / 2, width - 1, height - 1, 100].map(uint24);
  return webpChunk('ANMF', ...place, Buffer.of(0), pixelsOfWebp(webp));
}

/** Background and number of loops. */
export function webpAnimation(): Buffer {
  return webpChunk('ANIM', Buffer.of(0, 0, 255, 255, 0, 0));
}

/** The chunk of a plain WebP that holds its pixels. */
export function pixelsOfWebp(webp: Buffer): Buffer {
  return webp.subarray(12);
}

function uint24(value: number): Buffer {
  return Buffer.of(value & 255, (value >> 8) & 255, value >> 16);
}
