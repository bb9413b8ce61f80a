// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page, Viewport } from 'puppeteer';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { builtFolder, repository } from './built.js';
import { patience } from './patience.js';
import { type StaticSite, serveFolder } from './static-site.js';

/** All that the demo is made from. */
const sources = [
  ...['demo', 'src', 'shaders', 'models', 'samples', 'scripts', 'vite.config.ts'],
  ...['tsconfig.json', 'package.json', 'package-lock.json'],
];

/** A switch of Chromium's: there is nothing but this machine. */
const closedNetwork = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';

/**
 * A switch of Chromium's: pages are put together without a GPU in software, for a tenth to a fifth less CPU time. WebGPU computes as before,
 * but its canvases lose their device, and a live camera stands still.
 */
export const paintedByProcessor = '--disable-gpu-compositing';

/** A browser of a test file's own, which reaches nothing but this machine. */
export function launchClosedBrowser(extraArguments: readonly string[] = []): Promise<Browser> {
  return launchBrowser({
    adapter: adapterFromEnvironment('software'),
    endsWithProcess: true,
    extraArguments: [...extraArguments, closedNetwork],
  });
}

export interface BuiltDemo extends StaticSite {
  /** Where its files are. */
  folder: string;
}

/** The demo as `npm run build:demo` builds it, served from a folder of a site. */
export async function serveBuiltDemo(): Promise<BuiltDemo> {
  const folder = await builtFolder('demo', sources, async (outDir) => {
    const vite = path.join(repository, 'node_modules/vite/bin/vite.js');
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
      // A test's own NODE_ENV would make it a build for tests.
      { cwd: repository, env: { ...process.env, NODE_ENV: 'production' } },
    );
  });
  return { ...(await serveFolder(folder, '/some/folder/')), folder };
}

export interface DemoOptions {
  withoutWebGpu?: boolean;
  /** Default: 1280 × 800. */
  viewport?: Viewport;
  /** Default: wait for the first result. */
  settles?: boolean;
  /** Before the page is opened. */
  prepare?: (page: Page) => Promise<unknown>;
}

export type Place = readonly [x: number, y: number];

/** A page of the demo that remembers what went wrong in it, and what it asked for. */
export class DemoPage {
  readonly requests: string[] = [];
  private readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly origin: string,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  static async open(context: BrowserContext, url: string, options: DemoOptions = {}): Promise<DemoPage> {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const demo = new DemoPage(page, new URL(url).origin);
    if (options.withoutWebGpu) {
      await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    }
    await options.prepare?.(page);
    await page.setViewport(options.viewport ?? { width: 1280, height: 800 });
    // Who comes without a link is shown what the page does: tests look at what stays.
    if (!url.includes('#')) await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(url);
    if (options.settles ?? true) await demo.settled();
    return demo;
  }

  /** Closes the page. Throws if anything was an error on its console, or if it asked for anything elsewhere. */
  async finish(): Promise<void> {
    await this.page.close();
    const elsewhere = this.requests.filter((url) => !url.startsWith(this.origin) && !/^(blob|data):/.test(url));
    const problems = [...this.errors, ...elsewhere.map((url) => `asked for ${url}`)];
    if (problems.length > 0) throw new Error(`The page reported:\n${problems.join('\n')}`);
  }

  /** What was expected to go wrong. */
  forgive(pattern: RegExp): void {
    for (const list of [this.errors, this.requests]) {
      list.splice(0, list.length, ...list.filter((text) => !pattern.test(text)));
    }
  }

  /** Waits until the page has shown the result of all that was done to it. */
  async settled(): Promise<void> {
    await this.drawFrames();
    const outcome = await this.page.waitForFunction(() => {
      const stage = document.querySelector<HTMLElement>('.stage');
      if (stage?.dataset.busy !== 'false' || stage.dataset.sharp !== 'true') return undefined;
      if (Number(stage.dataset.refinements) > 0) return 'refined';
      return document.querySelector('[role=alert]')?.textContent;
    });
    const text = await outcome.jsonValue();
    if (text !== 'refined') throw new Error(`The demo says: ${text}`);
    await this.drawFrames();
  }

  /** Waits until what is seen of the photo is painted at the screen's own resolution. */
  async sharp(): Promise<void> {
    await this.drawFrames();
    await this.page.waitForSelector('.stage[data-sharp=true]');
    await this.drawFrames();
  }

  /** Of the pixels, by label, as the legend says. */
  shares(): Promise<string[]> {
    return this.page.$$eval('.share', (elements) => elements.map((element) => element.textContent));
  }

  /** RGBA at places of the picture (0..1 of width and height), as the current view shows them. */
  async coloursAt(places: readonly Place[]): Promise<string[]> {
    await this.drawFrames();
    return this.page.$eval(
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
  }

  /** A number that changes with the picture that is shown. */
  async fingerprint(): Promise<number> {
    await this.drawFrames();
    return this.page.$eval('.result', (element) => {
      const canvas = element as HTMLCanvasElement;
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let hash = 17;
      for (const byte of data) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
      return hash;
    });
  }

  /** Draws with the mouse, places as above. */
  async draw(places: readonly Place[]): Promise<void> {
    const [first, ...others] = await Promise.all(places.map((place) => this.screenPlace(place)));
    await this.page.mouse.move(first.x, first.y);
    await this.page.mouse.down();
    for (const { x, y } of others) await this.page.mouse.move(x, y, { steps: 4 });
    await this.page.mouse.up();
  }

  async screenPlace([x, y]: Place): Promise<{ x: number; y: number }> {
    const box = await (await this.page.$('.strokes'))?.boundingBox();
    if (!box) throw new Error('The page has no picture to draw on.');
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  /** A picture's file is dropped on the page, or pasted. */
  async give(way: 'drop' | 'paste', name: string, content: Uint8Array): Promise<void> {
    await this.page.evaluate(
      (kind, fileName, base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], fileName, { type: 'image/png' }));
        const options = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(
          kind === 'drop'
            ? new DragEvent('drop', { ...options, dataTransfer: data })
            : new ClipboardEvent('paste', { ...options, clipboardData: data }),
        );
      },
      way,
      name,
      Buffer.from(content).toString('base64'),
    );
  }

  async openTab(name: string): Promise<void> {
    await this.page.locator(`[role=tab]::-p-text(${name})`).click();
    await this.drawFrames();
  }

  async click(text: string): Promise<void> {
    await this.page.locator(`button::-p-text(${text})`).click();
    await this.drawFrames();
  }

  /** What is saved when `save` is done, file by file. */
  async downloaded(save: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
    const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-download-'));
    try {
      const session = await this.page.createCDPSession();
      await session.send('Page.setDownloadBehavior' as 'Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: folder,
      });
      await save();
      for (const start = performance.now(); performance.now() < start + patience; ) {
        const [name] = (await readdir(folder)).filter((file) => !file.endsWith('.crdownload'));
        if (name) return { name, content: await readFile(path.join(folder, name)) };
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error('Nothing was saved.');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What axe-core finds serious or critical in the page as it is now, one line each. */
  async barriers(): Promise<string[]> {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // Through the debugger: the page's own policy forbids scripts that are not its own.
    await this.page.evaluate(source);
    const results = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    return results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} (${any[0]?.message ?? ''})`),
      );
  }

  /** Until what the page was told has reached the screen: it renders after a frame, in a task of its own. */
  async drawFrames(): Promise<void> {
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
  }
}
