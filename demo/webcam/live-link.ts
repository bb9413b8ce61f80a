// SPDX-License-Identifier: MIT

import type { FromLive, Key, ToLive } from './live-protocol.js';

/** The worker of one turn of the camera. Messages while there is none go nowhere, and frames are closed. */
export class LiveLink {
  private worker: Worker | undefined;
  private listening = new AbortController();

  constructor(
    private readonly take: (message: FromLive) => void,
    private readonly fail: (error: string) => void,
  ) {}

  get isOpen(): boolean {
    return this.worker !== undefined;
  }

  open(canvas: HTMLCanvasElement): void {
    this.worker = new Worker(new URL('./live-worker.ts', import.meta.url), { type: 'module' });
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromLive>) => this.take(data), { signal });
    this.worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        this.fail(`The part of the page that computes could not be loaded: ${event.message || 'no reason given'}.`);
      },
      { signal },
    );
    this.giveCanvas(canvas);
  }

  close(): void {
    this.send({ kind: 'close' });
    // What it still says is about a camera that is off.
    this.listening.abort();
    this.worker = undefined;
  }

  send(message: ToLive): void {
    this.worker?.postMessage(message);
  }

  /** A canvas can be given once. */
  giveCanvas(element: HTMLCanvasElement): void {
    if (!this.worker) return;
    const canvas = element.transferControlToOffscreen();
    this.worker.postMessage({ kind: 'open', canvas } satisfies ToLive, [canvas]);
  }

  /** The frame is the worker's from now on. */
  giveFrame(kind: 'frame' | 'still', frame: VideoFrame): void {
    if (this.worker) this.worker.postMessage({ kind, frame } satisfies ToLive, [frame]);
    else frame.close();
  }

  /** The frame is the worker's from now on. */
  giveKey(key: Key): void {
    if (this.worker) this.worker.postMessage({ kind: 'key', key } satisfies ToLive, [key.frame]);
    else key.frame.close();
  }
}
