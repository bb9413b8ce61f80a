// SPDX-License-Identifier: MIT

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { build, preview } from 'vite';
import { adapterFromEnvironment, launchBrowser } from '../src/cli/browser.js';
import { projectFolder } from './setup.mjs';

export interface OpenOptions {
  scheme: 'light' | 'dark';
  withoutWebGpu?: boolean;
  /** The page's workers are told nothing: it stays as it is before anything is computed. */
  computesNothing?: boolean;
  /** Default: wait until all is on the screen. */
  settles?: boolean;
  /** Shows what moves only where it is asked for. */
  moves?: boolean;
  /** Before the page is opened. */
  prepare?: ((page: Page) => Promise<unknown>) | undefined;
}

export interface DemoBrowser {
  open(address: string, options: OpenOptions): Promise<Page>;
  /** Until everything that was asked for is on the screen. */
  settled(page: Page): Promise<void>;
  close(): Promise<void>;
}

/** The demo, built and served, in a browser of its own with a camera that shows a test picture. */
export async function launchDemo(): Promise<DemoBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-demo-'));
  const configFile = path.join(projectFolder, 'vite.config.ts');
  const shared = { configFile, logLevel: 'error' as const, build: { outDir: folder, emptyOutDir: true } };
  await build(shared);
  const server = await preview({ ...shared, preview: { port: 0, host: '127.0.0.1' } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('Vite gave no address.');
  const browser = await launchBrowser({
    adapter: adapterFromEnvironment('software'),
    extraArguments: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    endsWithProcess: true,
  });
  const settled = async (page: Page) => {
    await frames(page);
    // The camera's page has nothing to wait for.
    await page.waitForFunction(
      () => {
        const { busy = 'false', sharp = 'true' } = document.querySelector<HTMLElement>('.stage')?.dataset ?? {};
        return busy === 'false' && sharp === 'true';
      },
      {
        timeout: 120_000,
      },
    );
    await frames(page);
  };
  return {
    settled,
    async open(address, { scheme, withoutWebGpu, computesNothing, settles = true, moves = false, prepare }) {
      const page = await browser.newPage();
      page.setDefaultTimeout(300_000);
      await page.setViewport({ width: 1440, height: 900 });
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: scheme },
        // The page shows first visitors what it does: pictures are of what stays.
        { name: 'prefers-reduced-motion', value: moves ? 'no-preference' : 'reduce' },
      ]);
      if (withoutWebGpu) {
        await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
      }
      if (computesNothing) {
        await page.evaluateOnNewDocument(() => {
          Worker.prototype.postMessage = () => undefined;
        });
      }
      await prepare?.(page);
      await page.goto(new URL(address, url).href);
      if (settles) await settled(page);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the page was told reaches the screen after a frame, in a task of its own. */
async function frames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
}
