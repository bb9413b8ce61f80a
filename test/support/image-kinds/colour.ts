// SPDX-License-Identifier: MIT

import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { codecOf } from '../images.js';
import { pngChunk, testPng } from '../png-file.js';
import { type ImageKind, jpegTolerance, kind, picture, roundingTolerance } from './kind.js';

/** In Display P3, as phones have it, and with its profile. */
export function inDisplayP3(format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> {
  return codecOf(picture).removeAlpha().withIccProfile('p3').toFormat(format).toBuffer();
}

function gamma(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return pngChunk('gAMA', data);
}

function primaries(...values: number[]): Buffer {
  const data = Buffer.alloc(32);
  for (const [i, value] of values.entries()) data.writeUInt32BE(value, 4 * i);
  return pngChunk('cHRM', data);
}

const p3Primaries = primaries(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000);
const srgbPrimaries = primaries(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000);
const perceptual = pngChunk('sRGB', Buffer.of(0));
const cicp = (...numbers: number[]) => pngChunk('cICP', Buffer.from(numbers));

export const colourKinds: ImageKind[] = [
  ...(['jpeg', 'png', 'webp'] as const).map((format) =>
    kind(`${format} in Display P3`, () => inDisplayP3(format), jpegTolerance),
  ),
  kind(
    'PNG of 16 bits in Display P3',
    () => codecOf(picture).removeAlpha().toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
    roundingTolerance,
  ),
  kind('PNG of grey with a profile of RGB', async () => {
    const { icc } = await sharp(await inDisplayP3('png')).metadata();
    return testPng(0, 8, { before: [profileChunk(icc)] });
  }),
  kind('PNG with a damaged profile', () => testPng(2, 8, { before: [pngChunk('iCCP', Buffer.from('p\0\0nonsense'))] })),
  ...[10000, 40000, 45455, 47000, 55556, 100000].flatMap((value) => [
    kind(`PNG with gAMA ${value}`, () => testPng(2, 8, { before: [gamma(value)] }), roundingTolerance),
    kind(
      `PNG with gAMA ${value} and sRGB's primaries`,
      () => testPng(2, 8, { before: [gamma(value), srgbPrimaries] }),
      roundingTolerance,
    ),
    kind(
      `PNG with gAMA ${value} and P3's primaries`,
      () => testPng(2, 8, { before: [gamma(value), p3Primaries] }),
      roundingTolerance,
    ),
  ]),
  kind('PNG with primaries only', () => testPng(2, 8, { before: [p3Primaries] })),
  kind('PNG with primaries that cannot be', () => testPng(2, 8, { before: [gamma(100000), primaries()] })),
  kind('PNG that says sRGB and another gamma', () =>
    testPng(2, 8, { before: [perceptual, gamma(100000), p3Primaries] }),
  ),
  kind(
    'PNG of grey with gAMA and primaries',
    () => testPng(0, 8, { before: [gamma(100000), p3Primaries] }),
    roundingTolerance,
  ),
  kind('PNG of grey of 16 bits with gAMA', () => testPng(0, 16, { before: [gamma(100000)] })),
  kind('PNG of grey with cICP', () => testPng(0, 8, { before: [cicp(12, 13, 0, 1)] })),
  ...[
    [1, 13],
    [12, 13],
    [9, 14],
    [1, 1],
    [1, 8],
    [1, 4],
    [2, 2],
  ].map(([of, transfer]) =>
    kind(
      `PNG with cICP ${of}, ${transfer}`,
      () => testPng(2, 8, { before: [cicp(of, transfer, 0, 1)] }),
      roundingTolerance,
    ),
  ),
  kind('PNG with cICP and a profile', async () => {
    const { icc } = await sharp(await inDisplayP3('png')).metadata();
    return testPng(2, 8, { before: [cicp(1, 13, 0, 1), profileChunk(icc)] });
  }),
];

function profileChunk(icc: Buffer | undefined): Buffer {
  return pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(icc ?? '')]));
}
