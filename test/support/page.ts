// SPDX-License-Identifier: MIT

import puppeteer, { type Browser, type Page } from 'puppeteer';
import { inject } from 'vitest';
import { patience } from './patience.js';
import { headersParameter } from './repository-server.js';

/** A page of the shared browser that remembers what went wrong in it. */
export interface TestPage {
  page: Page;
  /** Closes the page, and throws if it reported an uncaught error or `console.error`. */
  finish(): Promise<void>;
}

interface PageOptions {
  /** Of the console: those that are the browser's own fault, or meant. Default: none. */
  ignoredErrors?: RegExp;
  /** That the page itself is answered with, beside those of Vite. */
  headers?: Readonly<Record<string, string>>;
}

/** Opens a page that Vite serves: an empty one with `window.importModule`. */
export async function openPage({ ignoredErrors, headers }: PageOptions = {}): Promise<TestPage> {
  const browser = await sharedBrowser();
  // A context of its own: no caches or permissions shared between tests.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !ignoredErrors?.test(message.text())) errors.push(message.text());
  });
  const address = new URL('test/browser/harness.html', inject('serverUrl'));
  if (headers) address.searchParams.set(headersParameter, JSON.stringify(headers));
  await page.goto(address.href);
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
