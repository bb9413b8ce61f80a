// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { type AdapterChoice, adapterFromEnvironment, launchBrowser, missingAdapter } from '../browser.js';
import { Failure } from '../failure.js';
import { requireBrowser } from '../find-browser.js';
import { type PageFiles, PageServer } from './server.js';

export interface OpenSettings {
  /** Further Chromium switches. */
  extraArguments?: readonly string[];
  /** What is left to who has no adapter; ends the error. */
  advice?: string;
}

/** A page in a headless browser, and what serves it. */
export interface OpenPage {
  server: PageServer;
  browser: Browser;
  page: Page;
  /** The computer's own GPU, or one in software. */
  adapter: AdapterChoice;
}

export const defaultAdvice = '; --backend cpu works without one';

/**
 * Takes the computer's own GPU, and software where there is none; MEANFIELD_ADAPTER asks for one of the two.
 *
 * @param global what the page's script puts on globalThis when it has started
 */
export async function openPage(
  files: PageFiles,
  global: string,
  { extraArguments = [], advice = defaultAdvice }: OpenSettings = {},
): Promise<OpenPage> {
  const executablePath = await requireBrowser(advice);
  const server = await PageServer.start(files);
  let missing = 'the browser has no WebGPU adapter';
  try {
    for (const adapter of adapterChoices()) {
      const browser = await launchBrowser({
        adapter,
        executablePath,
        extraArguments,
        endsWithProcess: true,
        // Large images may take hours in software; who waits too long presses Ctrl-C.
        protocolTimeout: 0,
      });
      const opened = await startPage(browser, server.url, global, adapter);
      if (typeof opened !== 'string') return { server, browser, page: opened, adapter };
      missing = opened;
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  await server.close();
  const wish = process.env.MEANFIELD_ADAPTER ? ` (MEANFIELD_ADAPTER is ${process.env.MEANFIELD_ADAPTER})` : '';
  throw new Failure(`${missing}${wish}${advice}`);
}

/** What is missing, and the browser closed, where it has no such adapter. */
async function startPage(
  browser: Browser,
  url: string,
  global: string,
  adapter: AdapterChoice,
): Promise<Page | string> {
  try {
    const [page = await browser.newPage()] = await browser.pages();
    page.setDefaultTimeout(0);
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    await page.goto(url);
    if (await page.evaluate((name) => !(name in globalThis), global)) {
      throw new Failure(`the page did not start: ${failures[0] ?? 'its script was not loaded'}`);
    }
    const missing = await missingAdapter(page, adapter);
    if (missing === undefined) return page;
    await browser.close();
    return missing;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function adapterChoices(): AdapterChoice[] {
  if (process.env.MEANFIELD_ADAPTER) return [adapterFromEnvironment('hardware')];
  // A browser without a GPU behind it takes a second to say so.
  return mayHaveGpu() ? ['hardware', 'software'] : ['software'];
}

/** On Linux a GPU shows as a device file: Mesa's, NVIDIA's, or that of Windows' subsystem. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((device) => existsSync(device));
}
