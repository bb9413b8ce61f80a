// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../index.js';
import type { NetworkUnary } from '../../pipeline/index.js';
import { AskedThread } from '../threads.js';
import { loadingLimit, type TimeLimit } from '../time-limit.js';
import type { PredictorJob } from './network-job.js';
import type { ToNetwork } from './network-messages.js';

/**
 * A network on the CPU, in a thread that can be ended: one that loops forever would take the whole program with it, Ctrl-C
 * included. It is asked one thing at a time.
 */
export class NetworkThread {
  private readonly thread = new AskedThread<ToNetwork, NetworkUnary | null>(
    'evaluate/network-worker',
    "the network's thread",
  );

  private constructor() {}

  /**
   * Starts the thread and loads the network in it.
   *
   * @throws what the library says of the network, Failure where it takes too long
   */
  static async open(job: PredictorJob): Promise<NetworkThread> {
    const network = new NetworkThread();
    try {
      await network.thread.ask({ open: job }, loadingLimit);
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /**
   * What the network says of an image.
   *
   * @throws what the library says, Failure where the thread ended: it is of no use then
   */
  async run(image: RgbaImage, limit: TimeLimit): Promise<NetworkUnary> {
    const result = await this.thread.ask({ run: image }, limit);
    if (!result) throw new Error('the thread gave no result');
    return result;
  }

  async close(): Promise<void> {
    await this.thread.close();
  }
}
