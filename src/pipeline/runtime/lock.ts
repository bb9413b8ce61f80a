// SPDX-License-Identifier: MIT

import { unlessAborted } from '../abort.js';

/** One for all copies of this module on a page, as there may be one onnxruntime below them. */
const key = Symbol.for('meanfield.onnxruntime.lock');
const holder = globalThis as { [key]?: Promise<unknown> };

/**
 * Runs `work` when nothing else that went through here is running.
 *
 * onnxruntime-web 1.30 corrupts memory or hangs when two calls overlap, also of two sessions: creating, running and releasing
 * all take their turn here. With a signal, rejects with its reason as soon as it is aborted: work that had not begun never
 * begins, work that had goes on to its end, and the next one waits for it all the same.
 */
export function inTurn<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const turn = (holder[key] ?? Promise.resolve()).then(() => {
    signal?.throwIfAborted();
    return work();
  });
  holder[key] = turn.catch(() => undefined);
  return signal ? unlessAborted(turn, signal) : turn;
}
