// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { afterAll, expect, test } from 'vitest';
import { defaultMaximumPixels, readPhotograph } from '../../src/cli/files/image.js';
import { temporaryFolder } from '../support/command-line.js';
import { jpegOf, losslessWebpOf, testPicture } from '../support/images.js';
import { openPage, type TestPage } from '../support/page.js';

let opened: TestPage | undefined;
afterAll(() => opened?.finish());

/** What Chromium makes of an image: the command line's own decoders must agree with it. */
async function decodeInBrowser(content: Uint8Array): Promise<{ data: number[]; width: number; height: number }> {
  opened ??= await openPage();
  return opened.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0);
    const pixels = context?.getImageData(0, 0, width, height).data ?? [];
    return { data: [...pixels], width, height };
  }, Buffer.from(content).toString('base64'));
}

async function decodeHere(content: Uint8Array) {
  const file = (await temporaryFolder()).file('image');
  await writeFile(file, content);
  return readPhotograph(file, defaultMaximumPixels);
}

const picture = testPicture();
const { width, height, data } = picture;
const grey = data.filter((_, i) => i % 4 === 0);
const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (i * 7) % 256] as [number, number, number]);
const photo = (name: string) => readFile(path.join(import.meta.dirname, '../../demo/public/photos', name));

test.each<[string, () => Uint8Array | Promise<Uint8Array>, tolerance: number]>([
  ['a photograph, PNG of RGB', () => photo('coffee.png'), 0],
  ['a photograph, PNG of grey', () => photo('coins.png'), 0],
  ['PNG with a palette', () => encode({ width, height, channels: 1, data: grey, palette }), 0],
  ['interlaced PNG', () => encode({ width, height, channels: 4, data }, { interlace: 'Adam7' }), 0],
  [
    'PNG of 16 bits, which Chromium cuts off and does not round',
    () =>
      encode({
        width,
        height,
        channels: 3,
        depth: 16,
        data: Uint16Array.from({ length: 3 * width * height }, (_, i) => (i * 6007) % 65536),
      }),
    1,
  ],
  ['lossless WebP', () => losslessWebpOf(picture), 0],
  // Chromium leaves the step from YCbCr to RGB to its graphics library, which rounds otherwise.
  ['JPEG', () => jpegOf(picture), 3],
  ...[2, 3, 4, 5, 6, 7, 8].map((orientation): [string, () => Promise<Uint8Array>, number] => [
    `JPEG of orientation ${orientation}`,
    () => jpegOf(picture, orientation),
    3,
  ]),
])('%s', async (_kind, make, tolerance) => {
  const content = await make();
  const [expected, actual] = await Promise.all([decodeInBrowser(content), decodeHere(content)]);
  expect({ width: actual.width, height: actual.height }).toEqual({ width: expected.width, height: expected.height });
  expect(actual.data).toBeAllClose(expected.data, { tolerance, shape: [actual.height, actual.width, 4] });
});
