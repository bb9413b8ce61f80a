// SPDX-License-Identifier: MIT

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Failure, messageOf } from './failure.js';
import { packageFolder } from './package-folder.js';
import { type ThrownError, thrownAgain } from './page/protocol.js';
import { type TimeLimit, within } from './time-limit.js';

/**
 * Starts a program of this command line in a thread. In the package it is built; in the repository Vite makes it from its source when that has changed.
 *
 * @param name path in src/cli, without its ending
 * @param data that the program finds as `workerData.given`
 */
export function startThread(name: string, data?: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(path.join(packageFolder(), 'dist', `${name}.js`), { workerData: { given: data } });
  }
  const program = `src/cli/${name}.ts`;
  return new Worker(path.join(packageFolder(), 'scripts', 'worker.mjs'), { workerData: { program, given: data } });
}

/**
 * Rejects when the thread ends, whatever ends it; never resolves.
 *
 * @param name of the thread, for people
 */
export function endOf(worker: Worker, name: string): Promise<never> {
  const end = new Promise<never>((_resolve, reject) => {
    // Want of memory, for example.
    worker.once('error', (error) => reject(new Failure(`${name} ended: ${messageOf(error)}`)));
    worker.once('exit', () => reject(new Failure(`${name} ended`)));
  });
  // It may end while nobody asks it anything.
  end.catch(() => undefined);
  return end;
}

/** What a thread says to what it was asked. */
export type ThreadAnswer<Result> = { result: Result } | { error: ThrownError };

/** A thread that is asked one thing at a time, and answers each. */
export class AskedThread<Message, Result> {
  private readonly worker: Worker;
  private readonly end: Promise<never>;

  /**
   * @param program as `startThread` takes it
   * @param name of the thread, for people
   */
  constructor(program: string, name: string) {
    this.worker = startThread(program);
    this.end = endOf(this.worker, name);
  }

  /**
   * @param limit after which the thread is ended; without one the work may take any time
   * @throws what the thread's program threw; Failure where the thread ended: it is of no use then
   */
  async ask(message: Message, limit?: TimeLimit): Promise<Result> {
    const next = new Promise<ThreadAnswer<Result>>((resolve) => this.worker.once('message', resolve));
    this.worker.postMessage(message);
    const answered = Promise.race([next, this.end]);
    const answer = await (limit ? within(limit, answered, () => this.close()) : answered);
    if ('error' in answer) throw thrownAgain(answer.error);
    return answer.result;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
