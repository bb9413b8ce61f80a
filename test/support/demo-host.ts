// SPDX-License-Identifier: MIT

import type { Browser, BrowserContext } from 'puppeteer';
import { afterAll, beforeAll } from 'vitest';
import { type BuiltDemo, launchClosedBrowser, paintedByProcessor, serveBuiltDemo } from './demo.js';

export interface DemoHost {
  site: BuiltDemo;
  browser: Browser;
  /** Of the browser, with a memory of its own. */
  context: BrowserContext;
}

/** The built demo, and a browser that reaches nothing else: there from the first test of a file to its last. */
export function demoHost(): DemoHost {
  const host = {} as DemoHost;
  beforeAll(async () => {
    host.site = await serveBuiltDemo();
    host.browser = await launchClosedBrowser([paintedByProcessor]);
    host.context = await host.browser.createBrowserContext();
  });
  afterAll(async () => {
    await host.browser?.close();
    await host.site?.close();
  });
  return host;
}
