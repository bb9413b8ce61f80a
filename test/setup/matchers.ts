// SPDX-License-Identifier: MIT

import { expect } from 'vitest';
import { type CloseOptions, toBeAllClose } from '../support/close.js';

declare module 'vitest' {
  // The parameter's name must be vitest's own, or the two declarations don't merge.
  interface Matchers<T> {
    /** Every element within `tolerance` (default 1e-6) of the expected one. */
    toBeAllClose(expected: ArrayLike<number>, options?: CloseOptions): T;
  }
}

expect.extend({ toBeAllClose });
