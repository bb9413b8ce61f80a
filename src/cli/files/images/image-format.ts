// SPDX-License-Identifier: MIT

import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../../failure.js';
import type { ImageFormat } from './image-file.js';
import { pngSignature } from './png-chunks.js';

/** Files are read as a whole. A gigabyte holds any image that is not one in name only. */
const maximumFileBytes = 2 ** 30;

const formats: readonly { format: ImageFormat; matches(bytes: Buffer): boolean }[] = [
  { format: 'PNG', matches: (bytes) => bytes.subarray(0, pngSignature.length).equals(pngSignature) },
  { format: 'JPEG', matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff },
  { format: 'WebP', matches: (bytes) => hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP') },
];

/** Others that people have, by the text at an offset in bytes. */
const otherFormats: readonly (readonly [name: string, offset: number, text: string])[] = [
  ['a GIF', 0, 'GIF8'],
  ['a BMP', 0, 'BM'],
  ['a TIFF', 0, 'II*\0'],
  ['a TIFF', 0, 'MM\0*'],
  ['an AVIF', 4, 'ftypavif'],
  ['a HEIC', 4, 'ftyphei'],
  ['a HEIC', 4, 'ftypmif1'],
  ['a JPEG XL', 0, '\u00ff\u000a'],
  ['a JPEG XL', 4, 'JXL '],
  ['a JPEG 2000', 4, 'jP  '],
];

/** A file's bytes and what they are, whatever its name ends with. Errors don't name the file: `about` does. */
export async function readImageBytes(file: string): Promise<{ format: ImageFormat; bytes: Buffer }> {
  const { size } = await stat(file);
  if (size > maximumFileBytes) {
    throw new Failure(`not supported: an image file of ${size} bytes, expected at most ${maximumFileBytes}`);
  }
  const bytes = await readFile(file);
  const format = formats.find((candidate) => candidate.matches(bytes))?.format;
  if (format) return { format, bytes };
  const other = otherFormats.find(([, offset, text]) => hasText(bytes, offset, text));
  if (other) throw new Failure(`not supported: ${other[0]} image, expected PNG, JPEG or WebP`);
  const start = bytes.length === 0 ? 'it is empty' : `it begins with ${bytes.toString('hex', 0, 4)} (hex)`;
  throw new Failure(`not a PNG, JPEG or WebP image: ${start}`);
}

function hasText(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString('latin1', offset, offset + text.length) === text;
}
