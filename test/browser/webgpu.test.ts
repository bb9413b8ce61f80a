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

test('the CPU backend has WebAssembly with SIMD, and gives what typed arrays give', async () => {
  const { page, finish } = await openPage();
  const differences = await page.evaluate(async () => {
    const [{ DenseCrf }, { SimdRowEngine }, { randomFloats, randomImage }] = (await Promise.all(
      ['src/index.ts', 'src/cpu/row-engine.ts', 'test/support/random.ts'].map(window.importModule),
    )) as [
      typeof import('../../src/index.js'),
      typeof import('../../src/cpu/row-engine.js'),
      typeof import('../support/random.js'),
    ];
    const size = { width: 40, height: 30, labelCount: 5 };
    const image = { data: randomImage(1200, 1), width: 40, height: 30 };
    const marginals = async () => {
      const crf = await DenseCrf.create({ ...size, backend: 'cpu' });
      await crf.refine({ image, unary: { logits: randomFloats(6000, 2, 3) } });
      return crf.marginals();
    };
    const ours = await marginals();
    const hasEngine = (await SimdRowEngine.create(1200, 5)) !== undefined;
    SimdRowEngine.create = async () => undefined;
    const twins = await marginals();
    return { hasEngine, largest: Math.max(...ours.map((value, i) => Math.abs(value - twins[i]))) };
  });
  expect(differences.hasEngine).toBe(true);
  expect(differences.largest).toBeGreaterThan(0);
  expect(differences.largest).toBeLessThan(2e-5);
  await finish();
});

test('finish reports an error of the page', async () => {
  const { page, finish } = await openPage();
  await page.evaluate(() => console.error('something broke'));
  await expect(finish()).rejects.toThrow('something broke');
});
