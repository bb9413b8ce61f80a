// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import encodeJpeg, { init as initJpeg } from '@jsquash/jpeg/encode.js';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';

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

export async function jpegOf(picture: Rgba, orientation?: number): Promise<Uint8Array> {
  await initJpeg(await codec('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const jpeg = new Uint8Array(await encodeJpeg(asImageData(picture), { quality: 95 }));
  if (orientation === undefined) return jpeg;
  // After the start marker: APP1 with a big-endian TIFF of one entry, tag 0x0112, one SHORT.
  const exif = [0xff, 0xe1, 0x00, 0x22, ...Buffer.from('Exif\0\0MM\0*', 'latin1'), 0, 0, 0, 8, 0, 1];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...jpeg.subarray(0, 2), ...exif, ...entry, ...jpeg.subarray(2)]);
}

export async function losslessWebpOf(picture: Rgba): Promise<Uint8Array> {
  await initWebp(await codec('@jsquash/webp/codec/enc/webp_enc_simd.wasm'));
  return new Uint8Array(await encodeWebp(asImageData(picture), { lossless: 1, exact: 1 }));
}

async function codec(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(await readFile(createRequire(import.meta.url).resolve(name))));
}

/** Node has no ImageData; the encoders read these fields of it. */
function asImageData(picture: Rgba): ImageData {
  return { ...picture, colorSpace: 'srgb' };
}
