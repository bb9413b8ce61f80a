// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FirefoxPage, openFirefox } from '../support/firefox.js';
import type { Captured, Pixels, SourceKind } from '../support/frame-page.js';
import { testPicture } from '../support/images.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';
import type { Colour } from '../support/video-page.js';

let firefox: FirefoxPage;
beforeAll(async () => {
  firefox = await openFirefox();
});
afterAll(() => firefox?.finish());

test('Firefox has a WebGPU adapter', async () => {
  const adapter = await firefox.page.evaluate(async () => {
    const { requestDevice } = (await window.importModule('src/index.ts')) as typeof import('../../src/index.js');
    const acquired = await requestDevice('any');
    acquired?.device.destroy();
    return acquired?.adapterName;
  });
  expect(adapter, 'navigator.gpu.requestAdapter() gave null').toBeDefined();
  console.log(`Firefox's adapter: ${adapter}`);
});

const kinds: SourceKind[] = ['bytes', 'imageData', 'bitmap', 'image', 'canvas', 'offscreenCanvas', 'videoFrame'];

test.each([...kinds.map((kind) => [kind, 1] as const), ['video', 12] as const])(
  'a frame that comes as %s gives its bytes within %d, and nothing is created for the next',
  async (kind, tolerance) => {
    const given: Pixels = { data: [...testPicture(33, 21).data], width: 33, height: 21 };
    const found = await firefox.call<Captured>('frame-page.ts', 'captured', kind, given, { repeat: 3 });
    expect([found.width, found.height]).toEqual([33, 21]);
    expect(found.data).toBeAllClose(given.data, { tolerance, shape: [21, 33, 4] });
    expect(found.created).toMatchObject({ createTexture: 0, createBuffer: 0 });
  },
);

test('a CRF refines a VideoFrame and a video as it does their bytes', async () => {
  const distances = await firefox.call('video-page.ts', 'refinedVideos', {});
  expect(distances).toEqual({ videoFrame: expect.closeTo(0, 5), video: expect.closeTo(0, 1) });
});

describe.each(['played', 'playedInWorker'])('a video through a pipeline, %s', (name) => {
  test.each(['webgpu', 'cpu'])('shows the colour that takes the place of one half: %s', async (backend) => {
    const bytes = [...tinyNetwork()];
    const [left, right] = await firefox.call<Colour[]>('video-page.ts', name, tinyDescription, bytes, { backend });
    expect(left).toBeAllClose([0x18, 0xa5, 0x58], { tolerance: 8 });
    expect(right).toBeAllClose([20, 20, 220], { tolerance: 12 });
  });
});
