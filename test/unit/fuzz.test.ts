// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { runFixed } from '../fuzz/fixed.js';
import { suites } from '../fuzz/suites.js';

/** Half a minute on an idle machine; a fixed number of cases on any. */
const timeout = 15 * 60_000;

const fixed = suites.filter(({ testBatches }) => testBatches.cpu > 0).map((suite) => [suite.name, suite] as const);

test.each(fixed)('fuzz: %s', { timeout }, async (_name, suite) => {
  const { found, tried } = await runFixed(suite, 'cpu', undefined);
  expect(found).toBe('');
  expect(tried).not.toBe('');
});
