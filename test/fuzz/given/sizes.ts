// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import type { ProblemSize } from '../../../src/problem/types.js';

/**
 * Label counts whose rows are laid out in different ways: one lane, several, one that is not stored, several blocks. Each is compiled
 * anew on a GPU, so most cases share a few.
 */
export const labelCounts: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(2, 3, 5, 21) },
  { weight: 3, arbitrary: fc.constantFrom(1, 4, 9, 25) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(26, 150) },
);

const extents = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ width: 1, height: 1 }, { width: 300, height: 1 }, { width: 1, height: 70 }),
  },
);

export const sizes: fc.Arbitrary<ProblemSize> = fc
  .tuple(extents, labelCounts)
  .map(([extent, labelCount]) => ({ ...extent, labelCount }));
