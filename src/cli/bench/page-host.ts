// SPDX-License-Identifier: MIT

import { PageSession } from '../page/session.js';
import { cpuTimeOfTree } from './cpu-time.js';
import type { Host } from './host.js';
import type { BenchJob } from './job.js';

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
