// SPDX-License-Identifier: MIT

import { expect, inject, test } from 'vitest';
import { openPage } from '../support/page.js';

type PageImages = typeof import('../support/page-images.js');

const expected: Record<string, RegExp> = {
  'a video without a picture': /^image: got an object \(HTMLVideoElement\), expected a video that has a picture/,
  'an image without an address': /^image: got an object \(HTMLImageElement\), expected an image that is loaded/,
  'an image that is none': /^image: got an object \(HTMLImageElement\), expected an image that is loaded/,
  'a closed bitmap': /^image: got an object \(ImageBitmap\), expected an ImageBitmap that is neither closed/,
  'a transferred bitmap': /^image: got an object \(ImageBitmap\), expected an ImageBitmap that is neither closed/,
  'a closed frame': /^image: got an object \(VideoFrame\), expected a VideoFrame that is not closed/,
  'a canvas without pixels': /^image: got an object \(HTMLCanvasElement\), expected a canvas that has pixels/,
  'a canvas that was given to a worker': /^image: got an object \(HTMLCanvasElement\), expected a picture that can be/,
  'an offscreen canvas that was sent away': /^image: got an object \(OffscreenCanvas\), expected a canvas that has/,
  'a canvas with a picture of another origin':
    /^image: got an object \(HTMLCanvasElement\), expected a picture of this/,
  'a canvas of another size': /^image\.width: got 9, expected the problem's width 8$/,
  'something that is no image': /^image: got an object \(Object\), expected an image, canvas, bitmap, video/,
};

test.each(['webgpu', 'cpu'] as const)('images that nobody can read are refused, backend %s', async (backend) => {
  const opened = await openPage();
  const foreign = new URL('test/fixtures/default-5-labels/image.png', inject('serverUrl'));
  // The same server under another name.
  foreign.hostname = 'localhost';
  const found = await opened.page.evaluate(
    async (on, address) => {
      const { refusals } = (await window.importModule('test/support/page-images.ts')) as unknown as PageImages;
      return refusals(on, address);
    },
    backend,
    foreign.href,
  );
  const { 'a canvas': good, ...refused } = found;
  // A 2-D canvas draws of such a canvas what the worker has shown last.
  if (backend === 'cpu') delete refused['a canvas that was given to a worker'];
  expect(good).toEqual({
    crf: { name: 'none', message: '' },
    analysis: { name: 'none', message: '' },
    goesOn: true,
  });
  expect(Object.keys(refused).length).toBeGreaterThanOrEqual(Object.keys(expected).length - 1);
  for (const [name, { crf, analysis, goesOn }] of Object.entries(refused)) {
    for (const { name: kind, message } of [crf, analysis]) {
      expect({ name, kind, message }).toEqual({
        name,
        kind: 'ArgumentError',
        message: expect.stringMatching(expected[name]),
      });
    }
    expect({ name, goesOn }).toEqual({ name, goesOn: true });
  }
  await opened.finish();
});
