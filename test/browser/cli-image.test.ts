// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultMaximumPixels, readPhotograph } from '../../src/cli/files/image.js';
import { temporaryFolder } from '../support/command-line.js';
import { type ImageKind, imageKinds } from '../support/image-kinds/index.js';
import { openPage, type TestPage } from '../support/page.js';

let opened: TestPage | undefined;
afterAll(() => opened?.finish());

/** What Chromium makes of an image: the command line's own decoders must agree with it. */
async function decodeInBrowser(content: Uint8Array): Promise<{ data: number[]; width: number; height: number }> {
  opened ??= await openPage();
  return opened.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
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

/** A canvas keeps colours times alpha: of what is nearly transparent it does not know the colour. */
function timesAlpha(data: ArrayLike<number>): Float32Array {
  return Float32Array.from(data, (value, i) => (i % 4 === 3 ? value : (value * data[i | 3]) / 255));
}

const photo = (name: string) => readFile(path.join(import.meta.dirname, '../../demo/public/photos', name));

const photographs: ImageKind[] = ['coffee.png', 'coins.png'].map((name) => ({
  name: `the photograph ${name}`,
  make: () => photo(name),
  tolerance: 0,
}));

test.each([...photographs, ...imageKinds])('$name', async ({ make, tolerance }) => {
  const content = await make();
  const [expected, actual] = await Promise.all([decodeInBrowser(content), decodeHere(content)]);
  expect({ width: actual.width, height: actual.height }).toEqual({ width: expected.width, height: expected.height });
  const shape = [actual.height, actual.width, 4];
  expect(timesAlpha(actual.data)).toBeAllClose(timesAlpha(expected.data), { tolerance, shape });
});
