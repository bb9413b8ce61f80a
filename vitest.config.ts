// SPDX-License-Identifier: MIT

import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { publicDoors } from './scripts/doors.js';
import { findLavapipe } from './scripts/firefox.js';
import { adapterFromEnvironment } from './src/cli/browser.js';
import { findBrowser, softwareVulkan } from './src/cli/find-browser.js';
import { patience } from './test/support/patience.js';

/** A test ends after the waits in it, so that those say what they waited for. */
const limits = {
  testTimeout: 1.5 * patience,
  hookTimeout: 1.5 * patience,
  expect: { poll: { timeout: patience } },
};

const printed = new Set<string>();

export default defineConfig(async () => ({
  test: {
    // Every fork says which adapter it has; once is enough for all that say the same.
    onConsoleLog(text: string) {
      if (!text.startsWith("Dawn's adapter")) return true;
      const isNew = !printed.has(text);
      printed.add(text);
      return isNew;
    },
    // By default one core is left over; tests that wait for a browser leave more. Three at once on two cores took each twice as long.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        // Examples of the documentation name the library as its users do.
        resolve: { alias: doorAliases() },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/setup/matchers.ts'],
          ...limits,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts'],
          setupFiles: ['test/setup/matchers.ts', 'test/setup/dawn.ts'],
          // Dawn is a native addon that holds process-wide state: a process a file.
          pool: 'forks' as const,
          // V8's optimising compiler takes half a minute on one function of onnxruntime's asyncify build.
          execArgv: ['--liftoff-only'],
          env: await adapterVariables(),
          ...limits,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/setup/browser.ts'],
          setupFiles: ['test/setup/matchers.ts'],
          ...limits,
        },
      },
      {
        test: {
          name: 'firefox',
          include: ['test/firefox/**/*.test.ts'],
          globalSetup: ['test/setup/firefox.ts'],
          setupFiles: ['test/setup/matchers.ts'],
          ...limits,
        },
      },
    ],
  },
}));

function doorAliases(): { find: RegExp; replacement: string }[] {
  return publicDoors().map(({ name, source }) => ({
    find: new RegExp(`^${name}$`),
    replacement: path.join(import.meta.dirname, source),
  }));
}

/**
 * Dawn finds Vulkan through the dynamic loader, which reads its variables when a process starts:
 * vitest hands these to the processes it forks.
 */
async function adapterVariables(): Promise<Record<string, string>> {
  if (process.env.MEANFIELD_ADAPTER === 'lavapipe') return lavapipeVariables();
  const adapter = adapterFromEnvironment('software');
  const browser = adapter === 'software' ? await findBrowser() : undefined;
  return {
    MEANFIELD_ADAPTER: adapter,
    ...(browser ? softwareVulkan(browser) : undefined),
  };
}

/** Mesa's Vulkan in software, for Dawn alone: Chromium never takes it, and Firefox does anyway. */
function lavapipeVariables(): Record<string, string> {
  const driver = findLavapipe();
  if (!driver)
    throw new Error('MEANFIELD_ADAPTER is "lavapipe", but Mesa\'s driver is not installed (mesa-vulkan-drivers).');
  return { MEANFIELD_ADAPTER: 'lavapipe', VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver };
}
