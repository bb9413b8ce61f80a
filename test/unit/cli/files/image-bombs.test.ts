// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../support/command-line.js';
import { readAlone } from '../../../support/peak-memory.js';
import { pngChunk, pngHeader, pngOf, pngPalette } from '../../../support/png-file.js';

/** Small files that unfold to gigabytes. */

const MB = 2 ** 20;

/** Node, Vite's server and the codec take about 200 MB by themselves. */
const enoughMegabytes = 400;

/** So many zeros, compressed: one piece of them again and again, which takes no time. */
function zeros(bytes: number): Buffer {
  const whole = Math.floor(bytes / MB);
  const piece = deflateRawSync(Buffer.alloc(MB), { finishFlush: constants.Z_FULL_FLUSH });
  const last = deflateRawSync(Buffer.alloc(bytes % MB));
  // Adler-32: the sum of the bytes and 1, and the sum of those sums.
  const checksum = Buffer.of(0, 0, 0, 1);
  checksum.writeUInt16BE(bytes % 65521);
  return Buffer.concat([Buffer.of(0x78, 0x9c), ...Array<Buffer>(whole).fill(piece), last, checksum]);
}

const end = pngChunk('IEND', new Uint8Array(0));
const small = { width: 40, height: 30, depth: 8, colourType: 2 };

async function peakOf(content: Uint8Array, reader?: 'readPhotograph' | 'readLabelPng') {
  const folder = await temporaryFolder();
  const file = folder.file('bomb.png');
  await writeFile(file, content);
  return readAlone(file, reader);
}

const timeout = 120_000;

describe('a PNG of 40 x 30 pixels takes no more memory than one, with', { timeout }, () => {
  test.each<[string, Uint8Array[], pixels: Uint8Array]>([
    ['a gigabyte of pixels', [], pngChunk('IDAT', zeros(1000 * MB))],
    [
      'a profile and texts of 500 MB each',
      [
        pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), zeros(500 * MB)])),
        pngChunk('zTXt', Buffer.concat([Buffer.from('p\0\0'), zeros(500 * MB)])),
        pngChunk('iTXt', Buffer.concat([Buffer.from('p\0\u0001\0\0\0'), zeros(500 * MB)])),
      ],
      pngChunk('IDAT', zeros(30 * 121)),
    ],
  ])('%s', async (_what, extras, pixels) => {
    const { megabytes, ...size } = await peakOf(pngOf(pngHeader(small), ...extras, pixels, end));
    expect(size).toEqual({ width: 40, height: 30 });
    expect(megabytes).toBeLessThan(enoughMegabytes);
  });

  test('a gigabyte of labels', async () => {
    const header = pngHeader({ ...small, colourType: 3 });
    const content = pngOf(header, pngPalette(256), pngChunk('IDAT', zeros(1000 * MB)), end);
    const { megabytes, ...size } = await peakOf(content, 'readLabelPng');
    expect(size).toEqual({ width: 40, height: 30 });
    expect(megabytes).toBeLessThan(enoughMegabytes);
  });
});

test.each([
  { interlace: 0, bytesAPixel: 4 },
  // Adam7 needs all rows before it has the first.
  { interlace: 1, bytesAPixel: 14 },
])('a large PNG of 16 bits takes little more than its pixels: %o', { timeout }, async (given) => {
  const { interlace, bytesAPixel } = given;
  const side = 4096;
  const rows = side * (8 * side + 1) + (interlace === 1 ? side : 0);
  const header = pngHeader({ width: side, height: side, depth: 16, colourType: 6, interlace });
  const content = pngOf(header, pngChunk('IDAT', zeros(rows)), end);
  const { megabytes, ...size } = await peakOf(content);
  expect(size).toEqual({ width: side, height: side });
  expect(megabytes).toBeLessThan(enoughMegabytes + (bytesAPixel * side * side) / MB);
});
