// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';
import { reseed } from '../../../src/reference/pipeline/reseed.js';

it('a cell becomes the mean of the pixels whose centres it has', () => {
  const seeds = new Float32Array(4).fill(0.5);
  const marginals = Float32Array.of(0, 3, 6, 1, 1, 1);
  // The middle pixel's centre lies on the border: it is the right cell's.
  expect([...reseed(seeds, { width: 2, height: 1 }, marginals, { width: 3, height: 1 })]).toEqual([0, 4.5, 1, 1]);
});

it('a cell without a centre takes the pixel that it lies in', () => {
  const seeds = new Float32Array(8);
  const found = reseed(seeds, { width: 4, height: 2 }, Float32Array.of(2, 4), { width: 2, height: 1 });
  expect([...found]).toEqual([2, 2, 4, 4, 2, 2, 4, 4]);
});

it('what was marked stays marked, for all labels of its cell', () => {
  const seeds = Float32Array.of(1, 0.25, 0, 0.25);
  const found = reseed(seeds, { width: 2, height: 1 }, Float32Array.of(0.5, 0.5, 0.5, 0.5), { width: 2, height: 1 });
  expect([...found]).toEqual([1, 0.5, 0, 0.5]);
});
