// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';
import { inject } from 'vitest';
import { launchFirefox } from '../../scripts/launch-firefox.js';
import { patience } from './patience.js';

/** A page with `window.importModule`, in a Firefox of its own, that remembers what went wrong in it. */
export interface FirefoxPage {
  page: Page;
  /** Calls what a module of `test/support` exports, in the page. */
  call<Result>(module: string, name: string, ...given: unknown[]): Promise<Result>;
  /** Ends the browser, and throws if the page reported an uncaught error. */
  finish(): Promise<void>;
}

export async function openFirefox(address = 'test/browser/harness.html'): Promise<FirefoxPage> {
  const browser = await launchFirefox(patience);
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(new URL(address, inject('serverUrl')).href);
  return {
    page,
    async call<Result>(module: string, name: string, ...given: unknown[]) {
      const result = await page.evaluate(
        async (path, called, values) => {
          const functions = await window.importModule(path);
          return (functions[called] as (...values: unknown[]) => unknown)(...values);
        },
        `test/support/${module}`,
        name,
        given,
      );
      return result as Result;
    },
    async finish() {
      await browser.close();
      if (errors.length > 0) throw new Error(`The page reported:\n${errors.join('\n')}`);
    },
  };
}
