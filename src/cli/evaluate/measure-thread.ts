// SPDX-License-Identifier: MIT

import type { Worker } from 'node:worker_threads';
import { describeThrown, thrownAgain } from '../page/protocol.js';
import { endOf, startThread } from '../threads.js';
import type { ItemFiles } from './data-set.js';
import type { Answer, FromMeasurer, MeasureStart, Question, ToMeasurer } from './measure-messages.js';
import type { FailedItem, MeasuredItem } from './measurer.js';

/** Answers a thread's question where the browser is. */
export type Answering = (question: Question) => Promise<Extract<Answer, { result: unknown }>['result']>;

/** A thread that measures images, one at a time. */
export class MeasureThread {
  private readonly end: Promise<never>;

  private constructor(
    private readonly worker: Worker,
    private readonly answering: Answering,
  ) {
    this.end = endOf(worker, 'the thread that measured it');
  }

  /** @throws what is wrong with the network: it is so for every image */
  static async open(start: MeasureStart, answering: Answering): Promise<MeasureThread> {
    const thread = new MeasureThread(startThread('evaluate/measure-worker', start), answering);
    const message = await thread.next();
    if ('ready' in message) return thread;
    await thread.close();
    throw 'unready' in message ? thrownAgain(message.unready) : new Error('the thread did not start');
  }

  /** @throws Failure where the thread ended: it is of no use then */
  async measure(files: ItemFiles): Promise<MeasuredItem | FailedItem> {
    this.post({ measure: files });
    for (;;) {
      const message = await this.next();
      if ('measured' in message) return message.measured;
      if ('failed' in message) return { ...message.failed, error: thrownAgain(message.failed.error) };
      if ('ask' in message) this.post({ answer: await this.answer(message.ask) });
    }
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async answer(question: Question): Promise<Answer> {
    try {
      return { result: await this.answering(question) };
    } catch (error) {
      return { error: describeThrown(error) };
    }
  }

  private post(message: ToMeasurer): void {
    this.worker.postMessage(message);
  }

  private async next(): Promise<FromMeasurer> {
    const message = new Promise<FromMeasurer>((resolve) => this.worker.once('message', resolve));
    return await Promise.race([message, this.end]);
  }
}
