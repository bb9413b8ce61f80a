// SPDX-License-Identifier: MIT

import type { ExampleTallies } from '../../analysis/index.js';
import { Failure } from '../failure.js';
import { PageSession } from '../page/session.js';
import type { Streams } from '../streams.js';
import type { TimeLimit } from '../time-limit.js';
import { runTuneCountJob, type TuneCountJob } from '../tune/job.js';
import { type LabelMapsJob, type LabelMapsResult, runLabelMapsJob } from './job.js';

/** Where images are refined: here on the CPU, or in a headless browser's page on WebGPU. */
export class ComputeHost {
  readonly backend: 'webgpu' | 'cpu';
  readonly #streams: Streams;
  #session: PageSession | undefined;
  adapterName = 'CPU';
  /** Of an image's CRF on the CPU; undefined: by cores and size. */
  threads: number | undefined;

  constructor(backend: 'webgpu' | 'cpu', streams: Streams) {
    this.backend = backend;
    this.#streams = streams;
  }

  /** Starts the browser, where one is needed. Throws where there is none, or no adapter: nothing can be done then. */
  async start(): Promise<void> {
    if (this.backend === 'cpu' || this.#session) return;
    this.#streams.status('starting the browser');
    this.#session = await PageSession.start();
    this.#streams.status('');
  }

  /** The browser's page, started where it is not there. Only with WebGPU. */
  async page(): Promise<PageSession> {
    await this.start();
    if (!this.#session) throw new Error('no page on the CPU');
    return this.#session;
  }

  async run(job: Omit<LabelMapsJob, 'backend' | 'threads'>): Promise<LabelMapsResult> {
    const result = await this.#run({ ...job, backend: this.backend, threads: this.threads });
    this.adapterName = result.adapterName;
    return result;
  }

  /** Counts for a search of parameters. */
  async count(job: TuneCountJob): Promise<ExampleTallies> {
    if (this.backend === 'cpu') return await runTuneCountJob(job);
    return (await this.runInPage('tune-count', job)) as ExampleTallies;
  }

  async #run(job: LabelMapsJob): Promise<LabelMapsResult> {
    if (this.backend === 'cpu') return await runLabelMapsJob(job);
    return (await this.runInPage('label-maps', job)) as LabelMapsResult;
  }

  /**
   * The other side of the wire is this same program: the result is what the job's name says.
   *
   * @param limit of a network's work
   */
  async runInPage(name: string, job: unknown, limit?: TimeLimit): Promise<unknown> {
    const page = await this.page();
    try {
      return await page.run(name, job, limit);
    } catch (error) {
      // A page that ended stays so; the next image gets another.
      if (error instanceof Failure) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }
}
