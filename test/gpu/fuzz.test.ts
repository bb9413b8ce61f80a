// SPDX-License-Identifier: MIT

import { afterAll, expect, test } from 'vitest';
import { runFixed } from '../fuzz/fixed.js';
import { FuzzGpu } from '../fuzz/gpu.js';
import { suites } from '../fuzz/suites.js';

/** Half a minute on an idle machine; a fixed number of cases on any. */
const timeout = 15 * 60_000;

const gpu = new FuzzGpu();
afterAll(() => gpu.close());

const fixed = suites.filter(({ testBatches }) => testBatches.webgpu > 0).map((suite) => [suite.name, suite] as const);

test.each(fixed)('fuzz: %s on WebGPU', { timeout }, async (_name, suite) => {
  const { found, tried } = await runFixed(suite, 'webgpu', gpu);
  expect(found).toBe('');
  expect(tried).not.toBe('');
});
