// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../../problem/errors.js';
import type { PipelineOptions } from '../api.js';
import type { View } from '../drawing/view.js';
import type { FrameSource } from '../frames/frame-source.js';
import { ErrorTeller } from '../video/error-teller.js';
import type { LoopOptions } from './track-loop.js';
import { emptyStatistics, type TrackStatistics } from './track-meter.js';
import { receivedError, type TrackAnswer, type TrackRequest } from './worker-protocol.js';

/** Milliseconds that a worker gets to free what it has. */
const longestStop = 5000;

/** The streams that go to the worker. */
interface Streams {
  readable: ReadableStream<VideoFrame>;
  writable: WritableStream<VideoFrame>;
}

/** A loop that is in a worker: frames go there and come from there without passing this thread. */
export class WorkerLoop {
  private readonly errors: ErrorTeller;
  private readonly waiting: ((statistics: TrackStatistics) => void)[] = [];
  private last = emptyStatistics();
  private stopped: Promise<void> | undefined;
  private onStopped: (() => void) | undefined;

  /** @param worker one that calls `serveTracks`; it is ended by `stop` */
  constructor(
    private readonly worker: Worker,
    private readonly pipelineOptions: PipelineOptions,
    view: View<FrameSource>,
    { fallback, onError }: LoopOptions,
    { readable, writable }: Streams,
  ) {
    this.errors = new ErrorTeller(onError);
    worker.addEventListener('message', ({ data }: MessageEvent<TrackAnswer>) => this.hear(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const { message = '' } = event as Partial<ErrorEvent>;
      this.errors.tell(new DeviceError(`options.worker: the worker failed${message && ` (${message})`}`));
    });
    const options = sendable(pipelineOptions);
    this.send({ kind: 'start', options, view, fallback, readable, writable }, [readable, writable]);
  }

  setView(view: View<FrameSource>): void {
    this.send({ kind: 'view', view });
  }

  setStream(readable: ReadableStream<VideoFrame>): void {
    this.send({ kind: 'input', readable }, [readable]);
  }

  setPaused(paused: boolean): void {
    this.send({ kind: 'paused', paused });
  }

  statistics(): Promise<TrackStatistics> {
    if (this.stopped) return Promise.resolve(this.last);
    const answered = new Promise<TrackStatistics>((resolve) => this.waiting.push(resolve));
    this.send({ kind: 'statistics' });
    return answered;
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  /** A worker that doesn't answer is ended all the same. */
  private async end(): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.onStopped = resolve;
    });
    this.send({ kind: 'stop' });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, longestStop);
    });
    await Promise.race([answered, late]);
    clearTimeout(timer);
    this.worker.terminate();
    for (const resolve of this.waiting.splice(0)) resolve(this.last);
  }

  private hear(answer: TrackAnswer): void {
    switch (answer.kind) {
      case 'error':
        if (!this.stopped) this.errors.tell(receivedError(answer.error));
        break;
      case 'progress':
        this.pipelineOptions.onProgress?.(answer.progress);
        break;
      case 'lost':
        this.pipelineOptions.onDeviceLost?.(answer.loss);
        break;
      case 'statistics':
        this.last = answer.statistics;
        this.waiting.shift()?.(answer.statistics);
        break;
      case 'stopped':
        this.last = answer.statistics;
        this.onStopped?.();
    }
  }

  private send(request: TrackRequest, transferred: Transferable[] = []): void {
    this.worker.postMessage(request, transferred);
  }
}

/** Callbacks stay here. */
function sendable({ onProgress: _progress, onDeviceLost: _lost, ...options }: PipelineOptions): PipelineOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Throws ArgumentError for options that can't go to a worker. */
export function checkWorkerOptions(options: PipelineOptions): void {
  for (const name of ['device', 'signal'] as const) {
    if (options[name]) throw new ArgumentError(`pipeline.${name}`, options[name], 'none where options.worker is given');
  }
  checkCloneable('pipeline', sendable(options));
}

/** Throws ArgumentError for what can't go to a worker. */
export function checkCloneable(argument: string, value: unknown): void {
  try {
    structuredClone(value);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ArgumentError(argument, value, `what can be sent to a worker (${message})`, { cause });
  }
}
