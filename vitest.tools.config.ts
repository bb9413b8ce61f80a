// SPDX-License-Identifier: MIT

import { defineConfig } from 'vitest/config';

/** npm run test:tools: apart from the usual tests, as it installs build tools and other segmenters from npm. */
export default defineConfig({
  test: {
    include: ['test/tools/**/*.test.ts'],
    setupFiles: ['test/setup/matchers.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
