// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { type AdapterChoice, adapterFromEnvironment, launchBrowser } from '../src/cli/browser.js';
import { packageFolder } from '../src/cli/package-folder.js';
import { type PageFiles, PageServer } from '../src/cli/page/server.js';
import { cpuTimeOfThisProcess, cpuTimeOfTree } from './cpu-time.js';
import type { PageWorker } from './page.js';
import { BenchWorker, type Task } from './worker.js';

/** Where a problem is measured. */
export interface Host {
  readonly name: string;
  open(task: Task, image: Uint8ClampedArray, logits: Float32Array): Promise<number>;
  call<Name extends 'build' | 'iterate' | 'stages' | 'facts' | 'close'>(
    name: Name,
    ...values: Parameters<BenchWorker[Name]>
  ): Promise<Awaited<ReturnType<BenchWorker[Name]>>>;
  /** CPU milliseconds that the processes doing the work have used so far; undefined where that can't be told. */
  cpuTime(): number | undefined;
  end(): Promise<void>;
}

/** This very process: the CPU twin, and with `--host dawn` the GPU. */
export class NodeHost implements Host {
  private readonly worker = new BenchWorker();

  constructor(readonly name: string) {}

  open(task: Task, image: Uint8ClampedArray, logits: Float32Array): Promise<number> {
    return this.worker.open(task, image, logits);
  }

  call: Host['call'] = (name, ...values) => {
    const method = this.worker[name] as (...given: typeof values) => ReturnType<BenchWorker[typeof name]>;
    return method.apply(this.worker, values) as never;
  };

  cpuTime(): number {
    return cpuTimeOfThisProcess();
  }

  async end(): Promise<void> {}
}

/** A page in headless Chromium, as the command line has it. */
export class BrowserHost implements Host {
  private constructor(
    readonly name: string,
    private readonly server: PageServer,
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async start(): Promise<BrowserHost> {
    const { server, browser, page } = await openBenchPage('bench/page.ts');
    return new BrowserHost(await browser.version(), server, browser, page);
  }

  open(task: Task, image: Uint8ClampedArray, logits: Float32Array): Promise<number> {
    this.server.offer([image, logits].map(({ buffer, byteLength }) => new Uint8Array(buffer, 0, byteLength)));
    return this.page.evaluate((given) => (globalThis as unknown as PageGlobal).meanfieldBench.openHere(given), task);
  }

  call: Host['call'] = (name, ...values) => {
    const answer = this.page.evaluate(
      (method, given) => {
        const worker = (globalThis as unknown as PageGlobal).meanfieldBench;
        return (worker[method] as (...parameters: typeof given) => unknown).apply(worker, given);
      },
      name,
      values,
    );
    // The page runs the method of this name: its result is the method's.
    return answer as never;
  };

  cpuTime(): number | undefined {
    const pid = this.browser.process()?.pid;
    return pid === undefined ? undefined : cpuTimeOfTree(pid);
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}

interface PageGlobal {
  meanfieldBench: PageWorker;
}

export interface BenchPage {
  server: PageServer;
  browser: Browser;
  page: Page;
}

/** A page with this script, on the computer's own GPU, and in software where there is none; MEANFIELD_ADAPTER asks for one of the two. */
export async function openBenchPage(source: string): Promise<BenchPage> {
  const server = await PageServer.start(await bundle(source));
  for (const adapter of adapterChoices()) {
    const browser = await launchBrowser({ adapter, endsWithProcess: true, protocolTimeout: 0 });
    const [page = await browser.newPage()] = await browser.pages();
    await page.goto(server.url);
    if (await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null)) {
      return { server, browser, page };
    }
    await browser.close();
  }
  await server.close();
  throw new Error('the browser has no WebGPU adapter; --backend cpu needs none');
}

function adapterChoices(): AdapterChoice[] {
  if (process.env.MEANFIELD_ADAPTER) return [adapterFromEnvironment('software')];
  const noGpu =
    process.platform === 'linux' && !['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((file) => existsSync(file));
  return noGpu ? ['software'] : ['hardware', 'software'];
}

async function bundle(source: string): Promise<PageFiles> {
  const script = pathToFileURL(path.join(packageFolder(), 'scripts', 'bundle-page.mjs')).href;
  const { bundlePage } = (await import(script)) as { bundlePage(source: string): Promise<PageFiles> };
  return bundlePage(source);
}
