// SPDX-License-Identifier: MIT

import { defineConfig } from 'vitest/config';
import { patience } from './test/support/patience.js';

/** npm run test:tools: apart from the usual tests, as it installs build tools and other segmenters from npm. */
export default defineConfig({
  test: {
    include: ['test/tools/**/*.test.ts'],
    setupFiles: ['test/setup/matchers.ts'],
    // npm fetches a gigabyte, and a build tool takes all cores: nothing runs beside it.
    fileParallelism: false,
    testTimeout: 4 * patience,
    hookTimeout: 4 * patience,
    expect: { poll: { timeout: patience } },
  },
});
