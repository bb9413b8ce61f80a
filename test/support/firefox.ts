// SPDX-License-Identifier: MIT

import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { inject } from 'vitest';
import { requireFirefox } from '../../scripts/firefox.js';
import { adapterFromEnvironment } from '../../src/cli/browser.js';
import { patience } from './patience.js';

/** Headless Firefox with WebGPU, on Mesa's Vulkan in software unless MEANFIELD_ADAPTER is "hardware". The caller closes it. */
export async function launchFirefox(): Promise<Browser> {
  const { executable, softwareDriver } = await requireFirefox();
  const isSoftware = adapterFromEnvironment('software') === 'software' && softwareDriver !== undefined;
  const drivers = isSoftware ? { VK_DRIVER_FILES: softwareDriver, VK_ICD_FILENAMES: softwareDriver } : undefined;
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: true,
    env: { ...process.env, ...drivers },
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      // Firefox has lavapipe on its list of drivers that it does not take.
      'gfx.webgpu.ignore-blocklist': true,
      // Cameras that need no permission: pictures of one colour.
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      // Nothing is fetched but what tests ask for.
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
    timeout: patience,
    protocolTimeout: 2 * patience,
  });
}

/** A page with `window.importModule`, in a Firefox of its own, that remembers what went wrong in it. */
export interface FirefoxPage {
  page: Page;
  /** Calls what a module of `test/support` exports, in the page. */
  call<Result>(module: string, name: string, ...given: unknown[]): Promise<Result>;
  /** Ends the browser, and throws if the page reported an uncaught error. */
  finish(): Promise<void>;
}

export async function openFirefox(address = 'test/browser/harness.html'): Promise<FirefoxPage> {
  const browser = await launchFirefox();
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
