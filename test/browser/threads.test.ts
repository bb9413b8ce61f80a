// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { openPage } from '../support/page.js';

const isolating = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Refines on one thread, and on as many as are asked for, in the page's own thread. */
function refineTwice(page: Page) {
  return page.evaluate(async () => {
    const [{ DenseCrf }, { randomFloats, randomImage }] = (await Promise.all(
      ['src/index.ts', 'test/support/random.ts'].map(window.importModule),
    )) as [typeof import('../../src/index.js'), typeof import('../support/random.js')];
    const size = { width: 80, height: 60, labelCount: 5 };
    const [image, logits] = [randomImage(80 * 60, 1), randomFloats(80 * 60 * 5, 2, 3)];
    const refined = async (threads: number) => {
      const crf = await DenseCrf.create({ ...size, backend: 'cpu', threads });
      await crf.refine({ image: { data: image, width: 80, height: 60 }, unary: { logits } });
      return { crf, words: new Uint32Array((await crf.marginals()).buffer as ArrayBuffer) };
    };
    const [one, three] = [await refined(1), await refined(3)];
    Object.assign(window, { destroyEngines: () => [one, three].map(({ crf }) => crf.destroy()) });
    return {
      isIsolated: crossOriginIsolated,
      threads: [one.crf.threads, three.crf.threads],
      firstDifference: one.words.findIndex((word, i) => word !== three.words[i]),
      isPlain: (await three.crf.marginals()).buffer instanceof ArrayBuffer,
    };
  });
}

test('a page that is cross-origin isolated has several threads, which end with the engine', async () => {
  const { page, finish } = await openPage({ headers: isolating });
  const ended = new Promise<void>((resolve) => {
    let left = 2;
    page.on('workerdestroyed', () => {
      if (--left === 0) resolve();
    });
  });
  expect(await refineTwice(page)).toEqual({ isIsolated: true, threads: [1, 3], firstDifference: -1, isPlain: true });
  expect(page.workers()).toHaveLength(2);
  await page.evaluate(() => (window as unknown as { destroyEngines(): void }).destroyEngines());
  await ended;
  expect(page.workers()).toHaveLength(0);
  await finish();
});

test('a page that is not isolated has one', async () => {
  const { page, finish } = await openPage();
  expect(await refineTwice(page)).toEqual({ isIsolated: false, threads: [1, 1], firstDifference: -1, isPlain: true });
  expect(page.workers()).toHaveLength(0);
  await finish();
});

test('a page whose policy allows no worker has one', async () => {
  const headers = { ...isolating, 'content-security-policy': "worker-src 'none'" };
  const { page, finish } = await openPage({ headers, ignoredErrors: /Content Security Policy/ });
  expect(await refineTwice(page)).toEqual({ isIsolated: true, threads: [1, 1], firstDifference: -1, isPlain: true });
  await finish();
});
