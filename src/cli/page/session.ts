// SPDX-License-Identifier: MIT

import type { Browser, Page } from 'puppeteer-core';
import type { AdapterChoice } from '../browser.js';
import { Failure, messageOf } from '../failure.js';
import { type TimeLimit, within } from '../time-limit.js';
import { locatePage } from './locate.js';
import { defaultAdvice, type OpenSettings, openPage } from './open.js';
import { type JobAnswer, type PageInterface, thrownAgain } from './protocol.js';
import type { PageServer } from './server.js';
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

  static async start(settings: OpenSettings = {}): Promise<PageSession> {
    const { server, browser, page, adapter } = await openPage(await locatePage(), 'meanfieldPage', settings);
    return new PageSession(server, browser, page, adapter, settings.advice ?? defaultAdvice);
  }

  /**
   * The input is plain data and arrays; so is the result, of whose type the caller must be sure.
   *
   * @param limit of a network's work, after which the page is no more; without one the work may take any time
   */
  async run(job: string, input: unknown, limit?: TimeLimit): Promise<unknown> {
    const { json, arrays } = pack(input);
    this.#server.offer(arrays.map(bytesOf));
    const answer = this.#evaluate(job, json);
    const { result, error } = await (limit ? within(limit, answer, () => this.close()) : answer);
    if (error) throw thrownAgain(error);
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
        `the browser's page ended during the work, perhaps for want of memory (${messageOf(error)})${this.advice}`,
      );
    } finally {
      stopWatching();
    }
  }

  /** The browser's name and version. */
  get browserVersion(): Promise<string> {
    return this.#browser.version();
  }

  /** Of the browser's first process; its descendants do the work. */
  get processId(): number | undefined {
    return this.#browser.process()?.pid;
  }

  /** May be called again. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

interface PageGlobal {
  meanfieldPage: PageInterface;
}
