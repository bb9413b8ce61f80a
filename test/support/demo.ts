// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'puppeteer-core';
import { openPage } from './page.js';
import { type StaticSite, serveFolder } from './static-site.js';

const repository = path.resolve(import.meta.dirname, '../..');

/** Builds the demo as `npm run build:demo` does, and serves it from a folder of a site. */
export async function serveBuiltDemo(): Promise<StaticSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-demo-'));
  const vite = path.join(repository, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    // A test's own NODE_ENV would make it a build for tests.
    { cwd: repository, env: { ...process.env, NODE_ENV: 'production' } },
  );
  const site = await serveFolder(folder, '/some/folder/');
  return {
    ...site,
    async close() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface DemoPage {
  page: Page;
  /** All that the page asked for. */
  requests: readonly string[];
  /** Waits until the page has shown the result of all that was done to it. */
  settled(): Promise<void>;
  /** Of the pixels, by label, as the list of labels says. */
  shares(): Promise<string[]>;
  /** Colours at places of the picture (0..1 of width and height), as the current view shows them. */
  coloursAt(places: readonly (readonly [x: number, y: number])[]): Promise<string[]>;
  /** Draws with the mouse, places as above. */
  draw(places: readonly (readonly [x: number, y: number])[]): Promise<void>;
  finish(): Promise<void>;
}

export async function openDemo(url: string, options: { withoutWebGpu?: boolean } = {}): Promise<DemoPage> {
  const { page, finish } = await openPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  if (options.withoutWebGpu) {
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  }
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(url);
  const demo: DemoPage = {
    page,
    requests,
    finish,
    async settled() {
      await drawFrames(page);
      const outcome = await page.waitForFunction(
        () => {
          const stage = document.querySelector<HTMLElement>('.stage');
          if (stage?.dataset.busy !== 'false') return undefined;
          if (Number(stage.dataset.refinements) > 0) return 'refined';
          return document.querySelector('[role=alert]')?.textContent;
        },
        { timeout: 60_000 },
      );
      const text = await outcome.jsonValue();
      if (text !== 'refined') throw new Error(`The demo says: ${text}`);
      await drawFrames(page);
    },
    shares: () => page.$$eval('.share', (elements) => elements.map((element) => element.textContent)),
    async coloursAt(places) {
      await drawFrames(page);
      return page.$eval(
        '.result',
        (element, wanted) => {
          const canvas = element as HTMLCanvasElement;
          const context = canvas.getContext('2d');
          return wanted.map(([x, y]) => {
            const pixel = context?.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1);
            return String(pixel?.data);
          });
        },
        places,
      );
    },
    async draw(places) {
      const box = await (await page.$('.strokes'))?.boundingBox();
      if (!box) throw new Error('The page has no picture to draw on.');
      const [first, ...others] = places.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const place of others) await page.mouse.move(...place, { steps: 4 });
      await page.mouse.up();
    },
  };
  await demo.settled();
  return demo;
}

/** Until what the page was told has reached the screen: it renders after a frame, in a task of its own. */
async function drawFrames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
}
