// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { defaultMaximumPixels, readLabelPng, readPhotograph } from '../../../../src/cli/files/image.js';
import * as written from '../../../../src/cli/files/png.js';
import { temporaryFolder } from '../../../support/command-line.js';
import { jpegSegment, orientationTiff, withFrame, withSegments } from '../../../support/exif.js';
import { codecOf, jpegOf, losslessWebpOf, testPicture, webpChunk } from '../../../support/images.js';
import { encodeRgbPng } from '../../../support/png.js';
import { pngChunk, pngHeader, pngOf, pngPalette, testPng } from '../../../support/png-file.js';

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
    // The upper byte, as in Chromium.
    [
      '16 bits',
      { channels: 3, depth: 16 as const, data: Uint16Array.of(0, 128, 129, 65535, 257, 257 * 77) },
      [0, 0, 0, 255, 255, 1, 77, 255],
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

describe('images that are not opened', () => {
  const png = testPng(2, 8);
  const header = { width: 32, height: 20, depth: 8, colourType: 2, interlace: 0 };
  const pixels = pngChunk('IDAT', deflateSync(png));
  const withHeader = (changes: Partial<typeof header>) => pngOf(pngHeader({ ...header, ...changes }), pixels);
  const flipped = Uint8Array.from(png);
  flipped[png.length - 30] ^= 1;
  const frame = (change: (frame: Buffer) => void) => async () => withFrame(await jpegOf(testPicture()), change);

  test.each<[string, Uint8Array, string]>([
    ['empty', new Uint8Array(0), 'not a PNG, JPEG or WebP image: it is empty'],
    ['a text', Buffer.from('hello'), 'not a PNG, JPEG or WebP image: it begins with 68656c6c (hex)'],
    ['a GIF', Buffer.from('GIF89a...'), 'not supported: a GIF image, expected PNG, JPEG or WebP'],
    ['a TIFF', Buffer.from('II*\0....'), 'not supported: a TIFF image'],
    ['an AVIF', Buffer.from('\0\0\0\u0020ftypavif'), 'not supported: an AVIF image'],
    ['a HEIC', Buffer.from('\0\0\0\u0020ftypheic'), 'not supported: a HEIC image'],
    ['a PNG that ends in its header', png.subarray(0, 20), 'a truncated PNG: the file ends before its image does'],
    ['a PNG that ends in its pixels', png.subarray(0, png.length / 2), 'a truncated PNG'],
    ['a PNG that ends before its end', png.subarray(0, -12), 'a truncated PNG'],
    ['a PNG with a wrong bit', flipped, 'a damaged PNG: the checksum of IDAT is wrong'],
    [
      'a PNG with too few pixels',
      testPng(2, 8, { compress: () => deflateSync(png.subarray(0, 100)) }),
      'a damaged PNG',
    ],
    ['a PNG without a palette', testPng(3, 2, { before: [] }), 'a damaged PNG: it has no palette'],
    ['a PNG with two palettes', testPng(3, 2, { before: [pngPalette(4), pngPalette(4)] }), 'it has two palettes'],
    ['a PNG without pixels', pngOf(pngHeader(header), pngChunk('IEND', new Uint8Array(0))), 'it has no pixels'],
    ['a PNG of no width', withHeader({ width: 0 }), 'a damaged PNG: its header says 0 x 20 pixels'],
    ['a PNG of 3 bits', withHeader({ depth: 3 }), 'a damaged PNG: its header says colour type 2 with 3 bits'],
    ['a PNG of another interlacing', withHeader({ interlace: 2 }), 'not supported: a PNG of methods'],
    [
      'a PNG with an unknown chunk',
      testPng(2, 8, { before: [pngChunk('NEWS', new Uint8Array(1))] }),
      'not supported: a PNG',
    ],
    [
      "Apple's PNG",
      pngOf(pngChunk('CgBI', new Uint8Array(4)), png.subarray(8)),
      "not supported: Apple's own kind of PNG",
    ],
    [
      'an animated PNG with another image first',
      testPng(2, 8, { before: [pngChunk('acTL', new Uint8Array(8))] }),
      'not supported: an animated PNG whose first frame is not its own image',
    ],
    [
      'a PNG of high dynamic range',
      testPng(2, 8, { before: [pngChunk('cICP', Buffer.of(9, 16, 0, 1))] }),
      'not supported: a PNG of high dynamic range (cICP); convert it to sRGB',
    ],
    [
      'a PNG that claims 256 megapixels',
      withHeader({ width: 16000, height: 16000 }),
      '16000 x 16000 is 256 megapixels, expected at most 100; --max-megapixels raises that',
    ],
  ])('%s', async (_what, content, message) => {
    await expect(photograph(content)).rejects.toThrow(message);
  });

  test.each<[string, () => Promise<Uint8Array>, string]>([
    ['a lossless JPEG', frame((bytes) => bytes.fill(0xc3, 1, 2)), 'not supported: a lossless JPEG'],
    ['a hierarchical JPEG', frame((bytes) => bytes.fill(0xc5, 1, 2)), 'not supported: a hierarchical JPEG'],
    ['JPEG-LS', frame((bytes) => bytes.fill(0xf7, 1, 2)), 'not supported: JPEG-LS'],
    [
      'a JPEG of 12 bits',
      frame((bytes) => bytes.fill(12, 4, 5)),
      'not supported: a JPEG of 12 bits a sample, expected 8',
    ],
    [
      'a JPEG of no height',
      frame((bytes) => bytes.fill(0, 5, 7)),
      'not supported: a JPEG that says its height after its pixels',
    ],
    ['a JPEG of no width', frame((bytes) => bytes.fill(0, 7, 9)), 'a damaged JPEG: its header says 0 x 20 pixels'],
    [
      'a JPEG of 2 components',
      frame((bytes) => bytes.fill(2, 9, 10)),
      'not supported: a JPEG of 2 components, expected 1, 3 or 4',
    ],
    [
      'a JPEG that claims 4295 megapixels',
      frame((bytes) => bytes.fill(255, 5, 9)),
      '65535 x 65535 is 4290 megapixels, expected at most 100',
    ],
    [
      'a CMYK JPEG with a profile',
      async () => codecOf(testPicture()).removeAlpha().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
      'not supported: a CMYK JPEG with a colour profile; convert it to sRGB',
    ],
    ['a WebP that is none', async () => webpChunk('RIFF', Buffer.from('WEBPVP8 nothing')), 'a damaged WebP'],
    [
      'a WebP that claims 268 megapixels',
      async () => {
        const webp = await losslessWebpOf(testPicture());
        // Width and height less one, of 14 bits each, behind the chunk's head and a byte.
        webp.writeUInt32LE(16382 + (16382 << 14), 21);
        return webp;
      },
      '16383 x 16383 is 268 megapixels, expected at most 100',
    ],
  ])('%s', async (_what, make, message) => {
    await expect(photograph(await make())).rejects.toThrow(message);
  });

  test.each([
    ['JPEG', jpegOf],
    ['WebP', losslessWebpOf],
    ['PNG', async () => testPng(2, 8)],
  ])('a %s cut at any place', async (format, make) => {
    const whole = await make(testPicture());
    const cuts = Array.from({ length: 40 }, (_, i) => Math.floor(((i + 1) * (whole.length - 12)) / 41) + 12);
    for (const cut of [...cuts, whole.length - 1]) {
      await expect(photograph(whole.subarray(0, cut)), String(cut)).rejects.toThrow(`a truncated ${format}`);
    }
  });

  test('a JPEG whose pixels are damaged', async () => {
    const jpeg = await jpegOf(testPicture(64, 64));
    // An end where pixels were.
    jpeg.set([0xff, 0xd9], jpeg.length - 200);
    await expect(photograph(jpeg)).rejects.toThrow('a damaged JPEG');
    expect(process.exitCode).toBeUndefined();
  });
});

test.each([
  [
    'a byte too many before its end',
    (jpeg: Buffer) => Buffer.concat([jpeg.subarray(0, -2), Buffer.of(0), jpeg.subarray(-2)]),
  ],
  ['an unknown Adobe transform', (jpeg: Buffer) => withSegments(jpeg, jpegSegment(0xee, 'Adobe', Buffer.alloc(7, 9)))],
])('a JPEG with %s is opened: browsers open it', async (_what, change) => {
  const jpeg = await jpegOf(testPicture());
  expect((await photograph(change(jpeg))).data).toEqual((await photograph(jpeg)).data);
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
    const { samples, depth } = await labels(await written.encodeGreyPng(values, 2, 2, bits));
    expect(depth).toBe(bits);
    expect([...samples]).toEqual(values);
  });

  test('grey of 2 bits is not scaled, and rows begin at bytes', async () => {
    const data = Uint8Array.of(0b0001_1011, 0b0100_0000, 0b1111_1111, 0);
    const { samples } = await labels(encode({ width: 5, height: 2, channels: 1, depth: 2, data }));
    expect([...samples]).toEqual([0, 1, 2, 3, 1, 3, 3, 3, 3, 0]);
  });

  test.each(
    ([1, 2, 4, 8] as const).flatMap((depth) =>
      [false, true].flatMap((interlaced) => [
        { depth, interlaced, colourType: 0 as const },
        { depth, interlaced, colourType: 3 as const },
      ]),
    ),
  )('%o are taken as they are', async ({ depth, interlaced, colourType }) => {
    const value = (x: number, y: number) => (x * 5 + y * 3) % 2 ** depth;
    // Neither transparency nor gamma is of labels.
    const extras = [pngChunk('tRNS', Buffer.of(0, 0)), pngChunk('gAMA', Buffer.of(0, 1, 134, 160))];
    const png = testPng(colourType, depth, {
      interlaced,
      before: [...(colourType === 3 ? [pngPalette(2 ** depth)] : []), ...extras],
      pixel: (x, y) => [value(x, y)],
    });
    const read = await labels(png);
    expect(read).toMatchObject({ width: 32, height: 20, depth });
    expect([...read.samples]).toEqual(Array.from({ length: 640 }, (_, i) => value(i % 32, Math.floor(i / 32))));
    expect(read.palette?.length).toBe(colourType === 3 ? 2 ** depth : undefined);
  });

  test('are turned as the photograph is', async () => {
    const { width, height, samples } = await labels(
      testPng(0, 8, {
        width: 3,
        height: 2,
        pixel: (x, y) => [10 * y + x],
        before: [pngChunk('eXIf', orientationTiff(6))],
      }),
    );
    expect({ width, height }).toEqual({ width: 2, height: 3 });
    expect([...samples]).toEqual([10, 0, 11, 1, 12, 2]);
  });

  const everyKind = ([0, 2, 3, 4, 6] as const).flatMap((colourType) =>
    ([8, 16] as const).filter((depth) => colourType !== 3 || depth === 8).map((depth) => ({ colourType, depth })),
  );

  test.each(everyKind)('grey in any number of channels is exact: %o', async ({ colourType, depth }) => {
    const value = (x: number, y: number) => ((x * 5 + y * 3) * (depth === 8 ? 1 : 251)) % 2 ** depth;
    const alpha = 2 ** (depth - 1) + 3;
    const png = testPng(colourType, depth, {
      pixel(x, y) {
        const grey = value(x, y);
        return { 0: [grey], 2: [grey, grey, grey], 3: [grey], 4: [grey, alpha], 6: [grey, grey, grey, alpha] }[
          colourType
        ];
      },
    });
    const { samples } = await labels(png);
    expect([...samples]).toEqual(Array.from({ length: 640 }, (_, i) => value(i % 32, Math.floor(i / 32))));
  });

  test.each([4, 6] as const)('alpha that changes is no label: colour type %d', async (colourType) => {
    const png = testPng(colourType, 8, { pixel: (x) => [1, 1, 1, x].slice(colourType === 4 ? 2 : 0) });
    const kind = colourType === 4 ? 'grey with alpha' : 'RGBA';
    await expect(labels(png)).rejects.toThrow(`a PNG of ${kind} pixels whose alpha changes`);
  });

  test('a palette is written as it is read, whatever its length', async () => {
    const palette = [
      [0, 0, 0],
      [224, 224, 192],
      [7, 9, 11],
    ];
    const read = await labels(Buffer.from(await written.encodePalettePng([2, 0, 1, 1, 0, 2], 3, 2, palette)));
    expect([...read.samples]).toEqual([2, 0, 1, 1, 0, 2]);
    expect(read.palette).toEqual(palette);
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
