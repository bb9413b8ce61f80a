// SPDX-License-Identifier: MIT

import { Failure } from './failure.js';

/** How long to wait, and what to say then. */
export interface TimeLimit {
  seconds: number;
  message: string;
}

/** How long a network may take for an image, where nobody says: large ones take minutes on WebGPU in software. */
export const defaultNetworkSeconds = 300;

export const loadingLimit: TimeLimit = { seconds: 300, message: 'the network was not loaded within 300 s' };

export function imageLimit(seconds: number): TimeLimit {
  return { seconds, message: `the network gave no result within ${seconds} s; --timeout gives it more` };
}

/**
 * Waits for work that may never end.
 *
 * @param stop ends whoever is at work when the time is over: a network in an endless loop answers nothing
 * @throws Failure when the time is over, and whatever the work throws
 */
export async function within<Result>(
  { seconds, message }: TimeLimit,
  work: Promise<Result>,
  stop: () => Promise<unknown>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1000 * seconds);
  }).then((): never => {
    isOver = true;
    throw new Failure(message);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    if (isOver) await stop();
  }
}
