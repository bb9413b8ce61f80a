// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { openPage } from '../support/page.js';

test('the browser has a WebGPU adapter', async () => {
  const { page, finish } = await openPage();
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    return found ? `${found.info.vendor}, ${found.info.architecture}` : undefined;
  });
  expect(adapter, 'navigator.gpu.requestAdapter() gave null').toBeDefined();
  console.log(`Chromium's adapter: ${adapter}`);
  await finish();
});

test('a page imports TypeScript of the repository', async () => {
  const { page, finish } = await openPage();
  const maximum = await page.evaluate(async () => {
    const { differenceOf } = (await window.importModule(
      'test/support/close.ts',
    )) as typeof import('../support/close.js');
    return differenceOf([1, 2], [1, 5]).maximum;
  });
  expect(maximum).toBe(3);
  await finish();
});

test('finish reports an error of the page', async () => {
  const { page, finish } = await openPage();
  await page.evaluate(() => console.error('something broke'));
  await expect(finish()).rejects.toThrow('something broke');
});
