// SPDX-License-Identifier: MIT

import { Turns } from '../../gpu/turns.js';
import { Failure } from '../failure.js';
import type { DataSet } from './data-set.js';
import type { MeasureStart } from './measure-messages.js';
import { type Answering, MeasureThread } from './measure-thread.js';
import type { FailedItem, MeasuredItem } from './measurer.js';

/** Threads that measure images, one for each lane; started when they are first needed. */
export class MeasurePool {
  private readonly threads: (Promise<MeasureThread> | undefined)[] = [];
  /** A browser's page does one thing at a time. */
  private readonly questions = new Turns();

  private constructor(
    private readonly start: MeasureStart,
    private readonly dataSet: DataSet,
    private readonly answering: Answering,
  ) {}

  /** @throws what goes wrong for every image, as a network that can't be loaded */
  static async open(start: MeasureStart, dataSet: DataSet, answering: Answering): Promise<MeasurePool> {
    const pool = new MeasurePool(start, dataSet, answering);
    await pool.thread(0);
    return pool;
  }

  async measure(item: string, lane: number): Promise<MeasuredItem | FailedItem> {
    try {
      const thread = await this.thread(lane);
      return await thread.measure(this.dataSet.filesOf(item));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // A thread that ended stays so; the next image gets another.
      this.threads[lane] = undefined;
      return { error: new Failure(`${this.dataSet.fileOf(item)}: ${error.message}`) };
    }
  }

  async close(): Promise<void> {
    const threads = await Promise.allSettled(this.threads.filter((thread) => thread !== undefined));
    for (const thread of threads) if (thread.status === 'fulfilled') await thread.value.close();
  }

  private async thread(lane: number): Promise<MeasureThread> {
    this.threads[lane] ??= MeasureThread.open(this.start, (question) =>
      this.questions.take(() => this.answering(question)),
    );
    return await this.threads[lane];
  }
}
