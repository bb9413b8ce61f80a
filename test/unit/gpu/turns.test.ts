// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { Turns } from '../../../src/gpu/turns.js';

/** A promise and its end. */
function open() {
  let end: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end: () => end?.() };
}

test('calls wait for each other in the order in which they were made, whatever becomes of them', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = open();
  const calls = [
    turns.take(async () => {
      await first.promise;
      order.push('first');
    }),
    turns.take(() => {
      order.push('second');
      throw new Error('no');
    }),
    turns.take(async () => order.push('third')),
  ];
  await Promise.resolve();
  expect(order).toEqual([]);
  first.end();
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(order).toEqual(['first', 'second', 'third']);
  await turns.idle();
});

test('who is aborted waits no longer; work under way is waited for all the same', async () => {
  const turns = new Turns();
  const { promise, end } = open();
  const begun = open();
  const order: string[] = [];
  const controller = new AbortController();
  const running = turns.take(async () => {
    begun.end();
    await promise;
    order.push('done');
  }, controller.signal);
  const waiting = turns.take(async () => order.push('never'), controller.signal);
  const next = turns.take(async () => order.push('next'));
  await begun.promise;
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(waiting).rejects.toThrow('enough');
  expect(order).toEqual([]);
  end();
  await next;
  expect(order).toEqual(['done', 'next']);
});
