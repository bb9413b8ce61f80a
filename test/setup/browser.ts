// SPDX-License-Identifier: MIT

import type { TestProject } from 'vitest/node';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { serveRepository } from '../support/repository-server.js';

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
  const { url, close } = await serveRepository('node_modules/.vite-test');
  project.provide('serverUrl', url);
  const browser = await launchBrowser({ adapter: adapterFromEnvironment('software') });
  project.provide('browserEndpoint', browser.wsEndpoint());

  return async () => {
    await browser.close();
    await close();
  };
}
