// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { cameraFrames } from '../support/camera-frames.js';
import type { CaptureOptions, Pixels, SourceKind } from '../support/frame-page.js';
import { testPicture } from '../support/images.js';
import { openPage, type TestPage } from '../support/page.js';

type FramePage = typeof import('../support/frame-page.js');

let opened: TestPage;
beforeAll(async () => {
  opened = await openPage();
});
afterAll(() => opened.finish());

/** Calls a function of `frame-page.ts` in the page. */
async function inPage<Name extends keyof FramePage>(
  name: Name,
  ...values: FramePage[Name] extends (...values: infer Values) => unknown ? Values : never
) {
  const result = await opened.page.evaluate(
    async (called, given) => {
      const module = (await window.importModule('test/support/frame-page.ts')) as unknown as Record<
        string,
        (...given: unknown[]) => unknown
      >;
      return (module[called] as (...given: unknown[]) => unknown)(...given);
    },
    name,
    values as unknown[],
  );
  return result as FramePage[Name] extends (...values: never[]) => infer Result ? Awaited<Result> : never;
}

/** A picture whose sides are odd, with every alpha of `alphas` in turn. */
function picture(width: number, height: number, alphas: readonly number[] = [255]): Pixels {
  const data = [...testPicture(width, height).data];
  return { data: data.map((byte, i) => (i % 4 === 3 ? alphas[(i >> 2) % alphas.length] : byte)), width, height };
}

const straight = [255, 0, 128, 200];

describe.each<[SourceKind, alphas: readonly number[], tolerance: number, options: CaptureOptions]>([
  ['bytes', straight, 0, {}],
  ['imageData', straight, 0, {}],
  // Browsers keep these premultiplied: colours under a low alpha come back rounded, and none are left under 0.
  ['bitmap', [255], 0, {}],
  ['image', [255], 0, {}],
  ['canvas', [255], 0, {}],
  ['offscreenCanvas', [255], 0, {}],
  ['videoFrame', [255], 1, {}],
  ['videoFrame', [255], 1, { withoutImport: true }],
  // The stream may be converted to planes of Y, U and V and back: only the picture as a whole is looked at.
  ['video', [255], 12, {}],
  ['video', [255], 12, { withoutImport: true }],
  // As in Firefox: drawn on a canvas first.
  ['videoFrame', [255], 1, { withoutImport: true, withoutVideoCopies: true }],
  ['video', [255], 12, { withoutImport: true, withoutVideoCopies: true }],
  ['videoFrame', [255], 1, { withoutImportShader: true }],
  ['video', [255], 12, { withoutImportShader: true, withoutVideoCopies: true }],
  ['videoFrame', [255], 1, { failingImport: true }],
])('%s with alphas %j', (kind, alphas, tolerance, options) => {
  const gaps = Object.keys(options);
  test(`gives its bytes within ${tolerance}${gaps.length > 0 ? `, ${gaps.join(', ')}` : ''}`, async () => {
    const given = picture(33, 21, alphas);
    const found = await inPage('captured', kind, given, { ...options, repeat: 5 });
    expect([found.width, found.height]).toEqual([33, 21]);
    if (kind === 'video') expect(meanDifference(found.data, given.data)).toBeLessThan(3);
    else expect(found.data).toBeAllClose(given.data, { tolerance, shape: [21, 33, 4] });
    const imported = kind.startsWith('video') && gaps.length === 0;
    expect(found.created).toMatchObject({ createTexture: 0, createBuffer: 0, createBindGroup: imported ? 5 : 0 });
  });
});

test('ImageData of another colour space means the same where the browser does not copy it', async () => {
  const given = picture(12, 7);
  const copied = await inPage('captured', 'wideImageData', given);
  const drawn = await inPage('captured', 'wideImageData', given, { withoutVideoCopies: true });
  expect(copied.data).not.toEqual(given.data);
  expect(drawn.data).toBeAllClose(copied.data, { tolerance: 1 });
});

test('alpha of a bitmap stays straight', async () => {
  const given = picture(8, 5, [255, 128, 200]);
  const found = await inPage('captured', 'bitmap', given);
  expect(found.data).toBeAllClose(given.data, { tolerance: 1, shape: [5, 8, 4] });
});

test('sizes may change from call to call', async () => {
  const given = [picture(20, 10), picture(9, 31), picture(20, 10)];
  for (const kind of ['bytes', 'canvas', 'videoFrame'] as const) {
    const found = await inPage('capturedInTurn', kind, given);
    found.forEach(({ data, width, height }, i) => {
      expect([width, height]).toEqual([given[i].width, given[i].height]);
      expect(data).toBeAllClose(given[i].data, { tolerance: 1 });
    });
  }
});

test.each(['rgba8unorm', 'rgba8unorm-srgb', 'bgra8unorm', 'bgra8unorm-srgb'] as const)(
  'a texture of format %s keeps its bytes',
  async (format) => {
    const given = picture(16, 16, straight);
    // Every byte there is, in the red channel.
    for (let i = 0; i < 256; i++) given.data[4 * i] = i;
    const found = await inPage('capturedTexture', format, given);
    const order = format.startsWith('bgra') ? [2, 1, 0, 3] : [0, 1, 2, 3];
    const expected = given.data.map((_byte, i) => given.data[i - (i % 4) + order[i % 4]]);
    expect(found.data).toEqual(expected);
  },
);

test.each(cameraFrames)('the CPU reads a VideoFrame %s as it is drawn', async (_name, init, size, asks) => {
  const { drawn, read, asked } = await inPage('readOnCpu', init);
  if (asks !== undefined) expect(asked).toBe(asks);
  expect([read.width, read.height]).toEqual(size);
  expect([drawn.width, drawn.height]).toEqual(size);
  // Colours that lie between those of the planes are mixed by each in its own way.
  expect(read.data).toBeAllClose(drawn.data, { tolerance: 6 });
  expect(meanDifference(read.data, drawn.data)).toBeLessThan(1);
});

// Firefox turns none.
test('the CPU reads a VideoFrame that is turned as it is drawn', async () => {
  const { drawn, read, asked } = await inPage('readOnCpu', { rotation: 90 });
  expect(asked).toBe(false);
  expect([read.width, read.height]).toEqual([24, 32]);
  expect(read).toEqual(drawn);
});

test("a camera's planes become the colours that they mean", async () => {
  // BT.709, limited range: red, and white.
  const red = await inPage('capturedI420', 6, 4, [63, 102, 240]);
  expect(red.data.slice(0, 4)).toBeAllClose([255, 0, 0, 255], { tolerance: 3 });
  const white = await inPage('capturedI420', 5, 3, [235, 128, 128]);
  expect(white.data).toBeAllClose(Array(60).fill(255), { tolerance: 1 });
});

test('sources without a picture are named', async () => {
  const messages = await inPage('refusals');
  const kinds = 'an image, canvas, bitmap, video, VideoFrame, GPUTexture, ImageData or { data, width, height }';
  expect(messages).toEqual({
    nothing: `frame: got null, expected ${kinds}`,
    number: `frame: got 7, expected ${kinds}`,
    object: `frame: got an object (Object), expected ${kinds}`,
    'closed bitmap':
      'frame: got an object (ImageBitmap), expected an ImageBitmap that is neither closed nor transferred',
    'closed frame': 'frame: got an object (VideoFrame), expected a VideoFrame that is not closed',
    'video without a picture':
      "frame: got an object (HTMLVideoElement), expected a video that has a picture; its readyState is 0, wait for 'loadeddata'",
    'image that is not loaded':
      "frame: got an object (HTMLImageElement), expected an image that is loaded and has a size: wait for 'load' or decode()",
    'empty canvas':
      'frame: got an object (HTMLCanvasElement), expected a canvas that has pixels and was not transferred',
    'wide canvas': "frame.width: got 10000, expected 1..8192 pixels, which this device's textures can have",
    'too few bytes': 'frame.data: got Uint8Array(5), expected 24 bytes of RGBA (Uint8Array or Uint8ClampedArray)',
    'no size': "frame.width: got 0, expected 1..8192 pixels, which this device's textures can have",
    'texture of another format':
      'frame.format: got "r8unorm", expected one of rgba8unorm, bgra8unorm, rgb10a2unorm, rgba16unorm, rgba16float, rgba32float, rgba8unorm-srgb, bgra8unorm-srgb',
    'texture that may not be read': 'frame.usage: got 2, expected GPUTextureUsage.TEXTURE_BINDING among them',
    'array of textures': 'frame.depthOrArrayLayers: got 2, expected 1',
  });
});

test('a picture of another origin is named', async () => {
  const address = new URL('test/fixtures/default-5-labels/image.png', inject('serverUrl'));
  // The same server under another name.
  address.hostname = 'localhost';
  expect(await inPage('refusalOf', address.href)).toBe(
    'frame: got an object (HTMLImageElement), expected a picture of this origin, or one that was loaded with CORS',
  );
});

function meanDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
