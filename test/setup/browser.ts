// SPDX-License-Identifier: MIT

import type { TestProject } from 'vitest/node';
import { adapterFromEnvironment, launchBrowser, missingAdapter } from '../../src/cli/browser.js';
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
  const adapter = adapterFromEnvironment('software');
  const browser = await launchBrowser({ adapter });
  const page = await browser.newPage();
  await page.goto(new URL('test/browser/harness.html', url).href);
  const missing = await missingAdapter(page, adapter);
  await page.close();
  if (missing) {
    await browser.close();
    await close();
    throw new Error(`MEANFIELD_ADAPTER is "${adapter}", but ${missing}.`);
  }
  project.provide('browserEndpoint', browser.wsEndpoint());

  return async () => {
    await browser.close();
    await close();
  };
}
