// SPDX-License-Identifier: MIT

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RgbaImage } from '../../index.js';
import type { NetworkUnary } from '../../pipeline/index.js';
import { Failure, messageOf } from '../failure.js';
import { packageFolder } from '../package-folder.js';
import { thrownAgain } from '../page/protocol.js';
import { loadingLimit, type TimeLimit, within } from '../time-limit.js';
import type { PredictorJob } from './network-job.js';
import type { FromNetwork, ToNetwork } from './network-messages.js';

/**
 * A network on the CPU, in a thread that can be ended: one that loops forever would take the whole program with it, Ctrl-C
 * included. It is asked one thing at a time.
 */
export class NetworkThread {
  /** Rejects when the thread ends, whatever ends it. */
  private readonly end: Promise<never>;

  private constructor(private readonly worker: Worker) {
    this.end = new Promise((_resolve, reject) => {
      // Want of memory, for example.
      worker.once('error', (error) => reject(new Failure(`the network's thread ended: ${messageOf(error)}`)));
      worker.once('exit', () => reject(new Failure("the network's thread ended")));
    });
    // It may end while nobody asks it anything.
    this.end.catch(() => undefined);
  }

  /**
   * Starts the thread and loads the network in it.
   *
   * @throws what the library says of the network, Failure where it takes too long
   */
  static async open(job: PredictorJob): Promise<NetworkThread> {
    const thread = new NetworkThread(startWorker());
    try {
      await thread.ask({ open: job }, loadingLimit);
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /**
   * What the network says of an image.
   *
   * @throws what the library says, Failure where the thread ended: it is of no use then
   */
  async run(image: RgbaImage, limit: TimeLimit): Promise<NetworkUnary> {
    const result = await this.ask({ run: image }, limit);
    if (!result) throw new Error('the thread gave no result');
    return result;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async ask(message: ToNetwork, limit: TimeLimit): Promise<NetworkUnary | null> {
    const { worker, end } = this;
    const next = new Promise<FromNetwork>((resolve) => worker.once('message', resolve));
    worker.postMessage(message);
    const answer = await within(limit, Promise.race([next, end]), () => this.close());
    if ('error' in answer) throw thrownAgain(answer.error);
    return answer.result;
  }
}

/** In the package the thread's program is built; in the repository Vite makes it from its source. */
function startWorker(): Worker {
  const name = 'evaluate/network-worker';
  if (!import.meta.url.endsWith('.ts')) return new Worker(path.join(packageFolder(), 'dist', `${name}.js`));
  return new Worker(path.join(packageFolder(), 'scripts', 'worker.mjs'), { workerData: `src/cli/${name}.ts` });
}
