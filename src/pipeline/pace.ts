// SPDX-License-Identifier: MIT

/** Frames that may be on the GPU at once: while one is computed the next is encoded. */
const framesInFlight = 2;

/** Keeps a camera that is faster than the GPU from piling up frames. */
export class Pace {
  private readonly inFlight: Promise<unknown>[] = [];
  private lastDone = 0;

  /** Waits until there is room for another frame. Waits for the queue, maps nothing. */
  async begin(): Promise<void> {
    while (this.inFlight.length >= framesInFlight) await this.inFlight.shift();
  }

  /**
   * A frame was submitted. Resolves, when the GPU is done with it, to the milliseconds it took: from `start`, or from when the GPU was
   * done with the frame before. NaN where the device was lost.
   */
  submitted(device: GPUDevice, start: number): Promise<number> {
    const done = device.queue.onSubmittedWorkDone().then(
      () => {
        const now = performance.now();
        const milliseconds = now - Math.max(start, this.lastDone);
        this.lastDone = now;
        return milliseconds;
      },
      () => Number.NaN,
    );
    this.inFlight.push(done);
    return done;
  }
}
