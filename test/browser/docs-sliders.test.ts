// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { openPage } from '../support/page.js';
import { patience } from '../support/patience.js';

type Sliders = typeof import('../../docs/live/sliders.js');

test("the guide's sliders refine its mask anew", async () => {
  const { page, finish } = await openPage();
  await page.evaluate(async () => {
    const { mountSliders } = (await window.importModule('docs/live/sliders.ts')) as unknown as Sliders;
    await mountSliders(document.body);
  });
  const overlap = async () => {
    const text = await page.$eval('output', (output) => output.textContent ?? '');
    return Number(/^IoU ([\d.]+)/.exec(text)?.[1]);
  };
  // As in the guide.
  await expect.poll(overlap, { timeout: patience }).toBeCloseTo(0.968, 2);
  await page.$eval('input', (input) => {
    input.value = '1';
    input.dispatchEvent(new Event('input'));
  });
  // So large a sigma leaks.
  await expect.poll(overlap, { timeout: patience }).toBeLessThan(0.9);
  await finish();
});
