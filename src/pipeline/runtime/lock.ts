// SPDX-License-Identifier: MIT

import { Turns } from '../../gpu/turns.js';

/** One for all copies of this module on a page, as there may be one onnxruntime below them. */
const key = Symbol.for('meanfield.onnxruntime.turns');
const holder = globalThis as { [key]?: Pick<Turns, 'take'> };

/**
 * Runs `work` when nothing else that went through here is running.
 *
 * onnxruntime-web 1.30 corrupts memory or hangs when two calls overlap, also of two sessions: creating, running and releasing
 * all take their turn here. With a signal, rejects with its reason as soon as it is aborted: work that had not begun never
 * begins, work that had goes on to its end, and the next one waits for it all the same.
 */
export function inTurn<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  holder[key] ??= new Turns();
  return holder[key].take(work, signal);
}
