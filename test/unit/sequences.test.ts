// SPDX-License-Identifier: MIT

import { describe, test } from 'vitest';
import { CpuRefiner } from '../../src/cpu/cpu-refiner.js';
import { expectNoHistory } from '../support/sequences.js';

describe.each([1, 3, 5, 9, 21])('%i labels: calls in any order do what fresh engines do', (labelCount) => {
  test.each(Array.from({ length: 12 }, (_unused, seed) => seed + 1))('seed %i', { timeout: 60_000 }, async (seed) => {
    const size = { width: 11, height: 8, labelCount };
    await expectNoHistory({
      size,
      seed: seed + 100 * labelCount,
      length: 25,
      create: (parameters) => CpuRefiner.create(size, parameters),
      tolerances: { q: 2e-5, energy: 1e-4 },
    });
  });
});
