// SPDX-License-Identifier: MIT

import { PageSession } from '../page/session.js';
import { cpuTimeOfThisProcess, cpuTimeOfTree } from './cpu-time.js';
import { Bench, type BenchJob, type BenchMethod } from './job.js';

/** Where a problem is measured. */
export interface Host {
  /** The program and its version. */
  readonly name: string;
  call<Method extends BenchMethod>(
    method: Method,
    ...values: Parameters<Bench[Method]>
  ): Promise<Awaited<ReturnType<Bench[Method]>>>;
  /** CPU milliseconds that the processes doing the work have used so far; undefined where that can't be told. */
  cpuTime(): number | undefined;
  close(): Promise<void>;
}

/** This very process: the CPU twin, and WebGPU where it has been put on globalThis. */
export class NodeHost implements Host {
  readonly #bench = new Bench();

  constructor(readonly name = `Node ${process.version}`) {}

  call: Host['call'] = (method, ...values) => {
    const run = this.#bench[method] as (...given: typeof values) => ReturnType<Bench[typeof method]>;
    return run.apply(this.#bench, values) as never;
  };

  cpuTime(): number {
    return cpuTimeOfThisProcess();
  }

  async close(): Promise<void> {}
}

/** A page in headless Chromium, as the other commands have it. */
export class PageHost implements Host {
  readonly name: string;
  readonly #session: PageSession;

  private constructor(session: PageSession, name: string) {
    this.#session = session;
    this.name = name;
  }

  static async start(): Promise<PageHost> {
    const session = await PageSession.start();
    return new PageHost(session, await session.browserVersion);
  }

  call: Host['call'] = (method, ...values) => {
    const job: BenchJob = { method, values };
    // The page runs the method of this name: its result is the method's.
    return this.#session.run('bench', job) as never;
  };

  cpuTime(): number | undefined {
    const { processId } = this.#session;
    return processId === undefined ? undefined : cpuTimeOfTree(processId);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
