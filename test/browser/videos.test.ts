// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BrowserGaps } from '../support/browser-gaps.js';
import { openPage, type TestPage } from '../support/page.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';

type VideoPage = typeof import('../support/video-page.js');

let opened: TestPage;
beforeAll(async () => {
  opened = await openPage();
});
afterAll(() => opened.finish());

/** Calls a function of `video-page.ts` in the page. */
async function inPage<Name extends 'refinedVideos' | 'played'>(name: Name, ...values: Parameters<VideoPage[Name]>) {
  const result = await opened.page.evaluate(
    async (called, given) => {
      const module = await window.importModule('test/support/video-page.ts');
      return (module[called] as (...given: unknown[]) => unknown)(...given);
    },
    name as string,
    values as unknown[],
  );
  return result as Awaited<ReturnType<VideoPage[Name]>>;
}

test.each<BrowserGaps>([{}, { withoutVideoCopies: true }])(
  'a CRF refines a VideoFrame and a video as it does their bytes: %j',
  async (gaps) => {
    const distances = await inPage('refinedVideos', gaps);
    expect(distances).toEqual({ videoFrame: expect.closeTo(0, 5), video: expect.closeTo(0, 1) });
  },
);

test.each(['webgpu', 'cpu'] as const)('a canvas is asked for its context once: %s', async (backend) => {
  // An error of a frame would reject.
  expect(await inPage('played', tinyDescription, [...tinyNetwork()], { contextOnce: true, backend })).toHaveLength(2);
});
