// SPDX-License-Identifier: MIT

import path from 'node:path';
import { createServer } from 'vite';
import type { TestProject } from 'vitest/node';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Puppeteer connects to the shared browser here. */
    browserEndpoint: string;
    /** Vite serves the repository's root here; ends with a slash. */
    serverUrl: string;
  }
}

/** One browser and one server for all browser tests: starting them takes longer than most tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await createServer({
    configFile: false,
    root: path.resolve(import.meta.dirname, '../..'),
    // The tests' pages are no application: nothing is there to fall back to.
    appType: 'mpa',
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    // All that pages import, so that Vite bundles packages once and before the first page: a package found later makes void what other
    // pages are loading. The default would scan every .html file of the repository.
    optimizeDeps: {
      entries: ['test/browser/harness.html', 'test/support/*-page.ts', 'src/index.ts', 'src/*/index.ts'],
    },
    cacheDir: 'node_modules/.vite-test',
  });
  await server.listen();
  const serverUrl = server.resolvedUrls?.local[0];
  if (!serverUrl) throw new Error('Vite gave no address.');
  const browser = await launchBrowser({ adapter: adapterFromEnvironment('software') });
  project.provide('serverUrl', serverUrl);
  project.provide('browserEndpoint', browser.wsEndpoint());

  return async () => {
    await browser.close();
    await server.close();
  };
}
