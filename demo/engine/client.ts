// SPDX-License-Identifier: MIT

import type { Answer, Job, Picture } from './protocol.js';

/** A job in full: the client sees itself what the worker has already. */
export interface Request extends Job {
  picture: Picture;
  marks: Uint8Array;
}

export interface Listener {
  answered(answer: Answer): void;
  busyChanged(busy: boolean): void;
}

/** The worker's other end: one job at a time, and of those that wait only the latest. */
export class EngineClient {
  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  private waiting: Request | undefined;
  private running: Request | undefined;
  /** What the worker has. */
  private known: { picture?: Picture; marks?: Uint8Array } = {};

  constructor(private readonly listener: Listener) {
    this.worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.finish(data));
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.finish({ error: event.message || 'the part of the page that computes could not be loaded' });
    });
  }

  request(request: Request): void {
    this.waiting = request;
    if (!this.running) this.next();
  }

  /** What is being computed is not wanted any more. */
  cancel(): void {
    this.waiting = undefined;
    this.isStale = this.running !== undefined;
  }

  private isStale = false;

  private next(): void {
    const { waiting: request, known } = this;
    this.waiting = undefined;
    this.running = request;
    this.isStale = false;
    this.listener.busyChanged(request !== undefined);
    if (!request) return;
    const { picture, marks, labelCount, parameters, backend } = request;
    const job: Job = { labelCount, parameters, backend };
    if (picture !== known.picture) job.picture = picture;
    if (marks !== known.marks || job.picture) job.marks = marks;
    this.known = { picture, marks };
    this.worker.postMessage(job);
  }

  private finish(answer: Answer): void {
    if (!this.isStale) this.listener.answered(answer);
    this.next();
  }
}
