// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { defaultMaximumPixels, readLabelPng, readPhotograph } from '../../src/cli/files/image.js';
import { encodeGreyPng, encodeRgbPng } from '../../src/cli/files/png.js';
import { temporaryFolder } from '../support/command-line.js';
import { jpegOf, losslessWebpOf, testPicture } from '../support/images.js';

async function stored(content: Uint8Array): Promise<string> {
  const file = (await temporaryFolder()).file('image');
  await writeFile(file, content);
  return file;
}

async function photograph(content: Uint8Array) {
  return readPhotograph(await stored(content), defaultMaximumPixels);
}

async function labels(content: Uint8Array) {
  return readLabelPng(await stored(content), defaultMaximumPixels);
}

describe('PNG photographs', () => {
  const size = { width: 2, height: 1 };
  test.each([
    ['RGB', { channels: 3, data: Uint8Array.of(1, 2, 3, 250, 128, 0) }, [1, 2, 3, 255, 250, 128, 0, 255]],
    [
      'RGBA, whose colours stay straight',
      { channels: 4, data: Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 128) },
      [10, 20, 30, 0, 40, 50, 60, 128],
    ],
    ['grey', { channels: 1, data: Uint8Array.of(7, 200) }, [7, 7, 7, 255, 200, 200, 200, 255]],
    ['grey with alpha', { channels: 2, data: Uint8Array.of(7, 9, 8, 0) }, [7, 7, 7, 9, 8, 8, 8, 0]],
    [
      'a palette',
      {
        channels: 1,
        data: Uint8Array.of(1, 0),
        palette: [
          [9, 8, 7],
          [1, 2, 3],
        ] as [number, number, number][],
      },
      [1, 2, 3, 255, 9, 8, 7, 255],
    ],
    // To the nearest of 256 levels: 257 is one level.
    [
      '16 bits',
      { channels: 3, depth: 16 as const, data: Uint16Array.of(0, 128, 129, 65535, 257, 257 * 77) },
      [0, 0, 1, 255, 255, 1, 77, 255],
    ],
    ['1 bit', { channels: 1, depth: 1 as const, data: Uint8Array.of(0b0100_0000) }, [0, 0, 0, 255, 255, 255, 255, 255]],
    [
      '2 bits',
      { channels: 1, depth: 2 as const, data: Uint8Array.of(0b0110_0000) },
      [85, 85, 85, 255, 170, 170, 170, 255],
    ],
    ['4 bits', { channels: 1, depth: 4 as const, data: Uint8Array.of(0x1f) }, [17, 17, 17, 255, 255, 255, 255, 255]],
  ])('%s', async (_kind, png, expected) => {
    const image = await photograph(encode({ ...size, ...png }));
    expect(image).toMatchObject({ ...size, format: 'PNG' });
    expect([...image.data]).toEqual(expected);
  });

  test('interlaced', async () => {
    const picture = testPicture();
    const { width, height, data } = picture;
    const image = await photograph(encode({ width, height, channels: 4, data }, { interlace: 'Adam7' }));
    expect(image.data).toEqual(data);
  });
});

test('lossless WebP is exact', async () => {
  const picture = testPicture();
  expect(await photograph(await losslessWebpOf(picture))).toEqual({ ...picture, format: 'WebP' });
});

test('JPEG is close', async () => {
  const picture = testPicture();
  const image = await photograph(await jpegOf(picture));
  expect(image).toMatchObject({ width: 32, height: 20, format: 'JPEG' });
  expect(image.orientation).toBeUndefined();
  expect(image.data).toBeAllClose(picture.data, { tolerance: 40 });
});

test('JPEG is turned as the camera says', async () => {
  // 6: the first row is the right side, the first column the top.
  const picture = testPicture();
  const image = await photograph(await jpegOf(picture, 6));
  expect(image).toMatchObject({ width: 20, height: 32, orientation: 6 });
  const upright = new Uint8ClampedArray(picture.data.length);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 20; x++) {
      const from = 4 * ((19 - x) * 32 + y);
      upright.set(picture.data.subarray(from, from + 4), 4 * (y * 20 + x));
    }
  }
  expect(image.data).toBeAllClose(upright, { tolerance: 40 });
});

describe('damaged and hostile images', () => {
  const png = encodeRgbPng(
    new Uint8Array(3 * 64 * 64).map((_, i) => i * i),
    64,
    64,
  );
  const huge = Uint8Array.from(png);
  new DataView(huge.buffer).setUint32(16, 16000);
  new DataView(huge.buffer).setUint32(20, 16000);
  const flipped = Uint8Array.from(png);
  flipped[flipped.length >> 1] ^= 1;

  test.each([
    ['empty', new Uint8Array(0), 'not a PNG, JPEG or WebP image: it is empty'],
    ['a GIF', Buffer.from('GIF89a...'), 'it begins with 47494638 (hex)'],
    ['a truncated PNG', png.subarray(0, png.length / 2), 'a damaged PNG: it ends too early'],
    ['a PNG that ends in its header', png.subarray(0, 20), 'a damaged PNG'],
    ['a PNG with a wrong bit', flipped, 'a damaged PNG: CRC mismatch'],
    [
      'a PNG that claims 256 megapixels',
      huge,
      '16000 x 16000 is 256 megapixels, expected at most 100; --max-megapixels raises that',
    ],
  ])('%s', async (_what, content, message) => {
    await expect(photograph(content)).rejects.toThrow(message);
  });

  test.each([0.5, 0.9])('a JPEG cut to %d of its length', async (share) => {
    const jpeg = await jpegOf(testPicture(64, 64));
    await expect(photograph(jpeg.subarray(0, jpeg.length * share))).rejects.toThrow('a damaged JPEG');
    expect(process.exitCode).toBeUndefined();
  });

  test('a JPEG that ends in its header', async () => {
    const jpeg = await jpegOf(testPicture());
    await expect(photograph(jpeg.subarray(0, 12))).rejects.toThrow('a damaged JPEG');
  });

  test('a truncated WebP', async () => {
    const webp = await losslessWebpOf(testPicture());
    await expect(photograph(webp.subarray(0, webp.length / 2))).rejects.toThrow('a damaged WebP');
  });
});

describe('label PNGs', () => {
  test('the index of a palette is the label, not its colour', async () => {
    const palette: [number, number, number][] = [
      [0, 0, 0],
      [7, 7, 7],
      [3, 3, 3],
    ];
    const { samples } = await labels(
      encode({ width: 3, height: 1, channels: 1, data: Uint8Array.of(2, 0, 1), palette }),
    );
    expect([...samples]).toEqual([2, 0, 1]);
  });

  test.each([8, 16] as const)('grey of %d bits, as encodeGreyPng writes it', async (bits) => {
    const values = bits === 8 ? [0, 1, 255, 3] : [0, 1, 65535, 300];
    const { samples, depth } = await labels(encodeGreyPng(values, 2, 2, bits));
    expect(depth).toBe(bits);
    expect([...samples]).toEqual(values);
  });

  test('grey of 2 bits is not scaled, and rows begin at bytes', async () => {
    const data = Uint8Array.of(0b0001_1011, 0b0100_0000, 0b1111_1111, 0);
    const { samples } = await labels(encode({ width: 5, height: 2, channels: 1, depth: 2, data }));
    expect([...samples]).toEqual([0, 1, 2, 3, 1, 3, 3, 3, 3, 0]);
  });

  test('colours are no labels', async () => {
    await expect(labels(encodeRgbPng(Uint8Array.of(1, 2, 3), 1, 1))).rejects.toThrow(
      'a PNG of RGB pixels, expected grey values or palette indices, which are the labels',
    );
  });

  test('a JPEG keeps no labels', async () => {
    await expect(labels(await jpegOf(testPicture()))).rejects.toThrow('a JPEG, expected a PNG');
  });
});
