// SPDX-License-Identifier: MIT

/** Milliseconds from tick to tick: as often as cameras give pictures. */
const interval = 1000 / 30;

/**
 * Calls `tick` about thirty times a second, in a hidden tab too. A page's own timers come once a second there, and its animation frames and video
 * frames not at all; a worker's timers come as ever. Where the page's Content-Security-Policy allows no worker from a blob (`worker-src blob:`) the
 * page's own timer has to do.
 */
export class BackgroundClock {
  private worker: Worker | undefined;
  private address: string | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly tick: () => void) {}

  get isRunning(): boolean {
    return this.worker !== undefined || this.timer !== undefined;
  }

  start(): void {
    if (this.isRunning) return;
    try {
      const script = `setInterval(() => postMessage(0), ${interval})`;
      this.address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      this.worker = new Worker(this.address);
      this.worker.onmessage = this.tick;
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.startTimer();
      };
    } catch {
      this.startTimer();
    }
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    if (this.address !== undefined) URL.revokeObjectURL(this.address);
    this.address = undefined;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private startTimer(): void {
    this.stop();
    this.timer = setInterval(this.tick, interval);
  }
}
