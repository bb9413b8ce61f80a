// SPDX-License-Identifier: MIT

import { cpuTimeOfThisProcess } from './cpu-time.js';
import { Bench, type BenchMethod } from './job.js';

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
