// SPDX-License-Identifier: MIT

import type {
  Answer,
  Benchmark,
  Convergence,
  FromWorker,
  GpuNews,
  InstanceJob,
  Instances,
  Job,
  MarkMap,
  NetworkProgress,
  Picture,
  Refinement,
  Task,
  ToWorker,
} from './protocol.js';

/** A job in full: the client sees itself what the worker has already. */
export interface Request extends Job {
  picture: Picture;
  marks: MarkMap;
}

export interface Listener {
  refined(refinement: Refinement): void;
  studied(convergence: Convergence): void;
  benchmarked(benchmark: Benchmark): void;
  counted(instances: Instances): void;
  failed(error: string): void;
  news(news: GpuNews): void;
  loading(progress: NetworkProgress | undefined): void;
  busyChanged(task: Task['kind'] | undefined): void;
}

/** The worker's other end: one task at a time, and of those that wait only the latest. Refining goes first. */
export class EngineClient {
  private worker: Worker;
  private waiting: Request | undefined;
  /** By kind, in the order in which they came. */
  private readonly waitingExtras = new Map<Task['kind'], Task>();
  private running: Task['kind'] | undefined;
  private isStale = false;
  /** What the worker has. */
  private known: { picture?: Picture; marks?: MarkMap } = {};

  constructor(private readonly listener: Listener) {
    this.worker = this.start();
  }

  private start(): Worker {
    const { listener } = this;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (worker !== this.worker) return;
      if (data.kind === 'news') listener.news(data.news);
      else if (data.kind === 'loading') listener.loading(data.progress);
      else this.finish(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker !== this.worker) return;
      this.finish({
        kind: 'error',
        error: event.message || 'the part of the page that computes could not be loaded',
      });
    });
    return worker;
  }

  /** What runs is ended at once, whatever it is: with the worker, as a network that runs listens to nobody. A new one takes its place. */
  restart(): void {
    this.worker.terminate();
    this.worker = this.start();
    this.waiting = undefined;
    this.waitingExtras.clear();
    this.running = undefined;
    this.known = {};
    this.listener.loading(undefined);
    this.listener.busyChanged(undefined);
  }

  request(request: Request): void {
    this.waiting = request;
    // What is measured would be of settings that nobody wants any more.
    this.waitingExtras.clear();
    if (this.running && this.running !== 'refine') this.post({ kind: 'interrupt' });
    if (!this.running) this.next();
  }

  /** Iteration by iteration, as soon as nothing is refined. */
  study(): void {
    this.runExtra({ kind: 'study' });
  }

  count(job: InstanceJob): void {
    this.runExtra({ kind: 'instances', job });
  }

  benchmark(runs: number): void {
    this.runExtra({ kind: 'benchmark', runs });
  }

  /** What waits is of the same network. */
  cancelLoading(): void {
    this.waiting = undefined;
    this.post({ kind: 'cancel loading' });
  }

  /** What is being computed is not wanted any more. */
  cancel(): void {
    this.waiting = undefined;
    this.waitingExtras.clear();
    this.isStale = this.running !== undefined;
    if (this.running && this.running !== 'refine') this.post({ kind: 'interrupt' });
  }

  private runExtra(task: Task): void {
    this.waitingExtras.set(task.kind, task);
    if (!this.running) this.next();
  }

  private next(): void {
    const task = this.takeTask();
    this.running = task?.kind;
    this.isStale = false;
    this.listener.busyChanged(task?.kind);
    if (task) this.post(task);
  }

  private takeTask(): Task | undefined {
    const { waiting, waitingExtras } = this;
    if (waiting) {
      this.waiting = undefined;
      return { kind: 'refine', job: this.jobOf(waiting) };
    }
    const [extra] = waitingExtras.values();
    if (extra) waitingExtras.delete(extra.kind);
    return extra;
  }

  private jobOf({ picture, marks, ...rest }: Request): Job {
    const { known } = this;
    const job: Job = rest;
    if (picture !== known.picture) job.picture = picture;
    if (marks !== known.marks || job.picture) job.marks = marks;
    this.known = { picture, marks };
    return job;
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private finish(answer: Answer): void {
    const { listener, isStale } = this;
    this.next();
    if (isStale) return;
    if (answer.kind === 'refinement') listener.refined(answer.refinement);
    else if (answer.kind === 'instances') listener.counted(answer.instances);
    else if (answer.kind === 'error') listener.failed(answer.error);
    else if (answer.kind === 'convergence' && answer.convergence) listener.studied(answer.convergence);
    else if (answer.kind === 'benchmark' && answer.benchmark) listener.benchmarked(answer.benchmark);
  }
}
