// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { type AdapterChoice, adapterFromEnvironment, launchBrowser } from '../browser.js';
import { Failure } from '../failure.js';
import { locatePage } from './locate.js';
import type { JobAnswer, PageInterface } from './protocol.js';
import { PageServer } from './server.js';
import { arrayOn, bytesOf, pack, references, unpack } from './wire.js';

/** A headless browser with one page, in which jobs run one after the other. */
export class PageSession {
  readonly #server: PageServer;
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(
    server: PageServer,
    browser: Browser,
    page: Page,
    /** The computer's own GPU, or one in software. */
    readonly adapter: AdapterChoice,
    private readonly advice: string,
  ) {
    this.#server = server;
    this.#browser = browser;
    this.#page = page;
  }

  /**
   * Takes the computer's own GPU, and software where there is none; MEANFIELD_ADAPTER asks for one of the two.
   *
   * @param settings.extraArguments further Chromium switches
   * @param settings.advice what is left to who has no browser or adapter; ends the error
   */
  static async start({
    extraArguments = [],
    advice = '; --backend cpu works without one',
  }: {
    extraArguments?: readonly string[];
    advice?: string;
  } = {}): Promise<PageSession> {
    const server = await PageServer.start(await locatePage());
    try {
      for (const choice of adapterChoices()) {
        const session = await PageSession.#open(server, choice, extraArguments, advice);
        if (session) return session;
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    await server.close();
    const wish = process.env.MEANFIELD_ADAPTER ? ` (MEANFIELD_ADAPTER is ${process.env.MEANFIELD_ADAPTER})` : '';
    throw new Failure(`the browser has no WebGPU adapter${wish}${advice}`);
  }

  static async #open(
    server: PageServer,
    choice: AdapterChoice,
    extraArguments: readonly string[],
    advice: string,
  ): Promise<PageSession | undefined> {
    const browser = await launchBrowser({
      adapter: choice,
      extraArguments,
      endsWithProcess: true,
      // Large images may take hours in software; who waits too long presses Ctrl-C.
      protocolTimeout: 0,
    });
    try {
      const [page = await browser.newPage()] = await browser.pages();
      const failures: string[] = [];
      page.on('pageerror', (error) => failures.push(String(error)));
      await page.goto(server.url);
      if (await page.evaluate('typeof meanfieldPage === "undefined"')) {
        throw new Failure(`the page did not start: ${failures[0] ?? 'its script was not loaded'}`);
      }
      const adapter = await page.evaluate(() => (globalThis as unknown as PageGlobal).meanfieldPage.adapter());
      if (adapter !== null) return new PageSession(server, browser, page, choice, advice);
    } catch (error) {
      await browser.close();
      throw error;
    }
    await browser.close();
    return undefined;
  }

  /** The input is plain data and arrays; so is the result, of whose type the caller must be sure. */
  async run(job: string, input: unknown): Promise<unknown> {
    const { json, arrays } = pack(input);
    this.#server.offer(arrays.map(bytesOf));
    const { result, error } = await this.#evaluate(job, json);
    if (error) throw Object.assign(new Error(error.message), error);
    if (result === undefined) throw new Error(`job ${job} gave no result`);
    return unpack(
      result,
      references(result).map((reference) => arrayOn(this.#server.take(reference.$array), reference)),
    );
  }

  async #evaluate(job: string, json: string): Promise<JobAnswer> {
    let stopWatching = () => {};
    // A page that crashes leaves its calls unanswered.
    const crash = new Promise<never>((_resolve, reject) => {
      this.#page.once('error', reject);
      stopWatching = () => this.#page.off('error', reject);
    });
    try {
      const answer = this.#page.evaluate(
        (name, input) => (globalThis as unknown as PageGlobal).meanfieldPage.run(name, input),
        job,
        json,
      );
      return await Promise.race([answer, crash]);
    } catch (error) {
      throw new Failure(
        `the browser's page ended during the work, perhaps for want of memory ` +
          `(${error instanceof Error ? error.message : String(error)})${this.advice}`,
      );
    } finally {
      stopWatching();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

interface PageGlobal {
  meanfieldPage: PageInterface;
}

function adapterChoices(): AdapterChoice[] {
  // A browser without a GPU behind it takes a second to say so.
  const likely: AdapterChoice[] = mayHaveGpu() ? ['hardware', 'software'] : ['software'];
  if (!process.env.MEANFIELD_ADAPTER) return likely;
  return [adapterFromEnvironment('hardware')];
}

/** On Linux a GPU shows as a device file: Mesa's, NVIDIA's, or that of Windows' subsystem. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((device) => existsSync(device));
}
