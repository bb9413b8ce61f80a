// SPDX-License-Identifier: MIT

/** Frames that may be on the GPU at once: while one is computed the next is encoded. */
const framesInFlight = 2;

/** Keeps a camera that is faster than the GPU from piling up frames. */
export class Pace {
  private readonly inFlight: Promise<unknown>[] = [];

  /** Waits until there is room for another frame. Waits for the queue, maps nothing. */
  async begin(): Promise<void> {
    while (this.inFlight.length >= framesInFlight) await this.inFlight.shift();
  }

  /** A frame was submitted. Resolves to the milliseconds since `start` when the GPU is done with it. */
  submitted(device: GPUDevice, start: number): Promise<number> {
    const done = device.queue.onSubmittedWorkDone().then(
      () => performance.now() - start,
      // A lost device is somebody else's to notice.
      () => Number.NaN,
    );
    this.inFlight.push(done);
    return done;
  }
}
