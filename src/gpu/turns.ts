// SPDX-License-Identifier: MIT

import { unlessAborted } from './abort.js';

/** Calls that wait for each other, in the order in which they were made. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects with the signal's reason as soon as it is aborted; work under way is then told by its own signal, and waited for all the same. */
  take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.last = turn.catch(() => undefined);
    return unlessAborted(turn, signal);
  }

  /** When nothing is left to wait for. */
  async idle(): Promise<void> {
    await this.last;
  }
}
