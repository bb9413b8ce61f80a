// SPDX-License-Identifier: MIT

import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { inject } from 'vitest';
import { patience } from './patience.js';

/** A page of the shared browser that remembers what went wrong in it. */
export interface TestPage {
  page: Page;
  /** Closes the page, and throws if it reported an uncaught error or `console.error`. */
  finish(): Promise<void>;
}

/**
 * Opens a page that Vite serves.
 *
 * @param address from the repository's root. The default is an empty page with `window.importModule`.
 */
export async function openPage(address = 'test/browser/harness.html'): Promise<TestPage> {
  const browser = await sharedBrowser();
  // A context of its own: no caches or permissions shared between tests.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(new URL(address, inject('serverUrl')).href);
  return {
    page,
    async finish() {
      await context.close();
      if (errors.length > 0) throw new Error(`The page reported:\n${errors.join('\n')}`);
    },
  };
}

let connection: Promise<Browser> | undefined;

function sharedBrowser(): Promise<Browser> {
  connection ??= puppeteer.connect({
    browserWSEndpoint: inject('browserEndpoint'),
    defaultViewport: { width: 800, height: 600 },
    // Software WebGPU keeps a page busy for far longer than puppeteer's 3 minutes.
    protocolTimeout: 600_000,
  });
  return connection;
}
