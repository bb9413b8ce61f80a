// SPDX-License-Identifier: MIT

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

/** The promise's outcome, or the signal's reason if that comes first. */
export function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
