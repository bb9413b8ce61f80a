// SPDX-License-Identifier: MIT

import type { Turns } from '../gpu/turns.js';
import { DeviceError } from '../problem/errors.js';
import type { DeviceLoss } from './api.js';
import type { FramePath } from './frame-path.js';
import type { Key } from './network-run.js';
import type { PathKeeper } from './path.js';
import { destroyedError } from './pipeline-destroyed.js';
import { Gpu } from './runtime/gpu.js';

export interface DeviceKeeperOptions {
  /** The user's; without it one of our own is asked for, and another when that is lost. */
  device: GPUDevice | undefined;
  /** Waited in before a path is made anew. */
  turns: Turns;
  build: (gpu: Gpu, key: Key | undefined, signal: AbortSignal | undefined) => Promise<FramePath>;
  onDeviceLost: ((loss: DeviceLoss) => void) | undefined;
}

/** Has a path on a device that is there: makes it, and makes it anew, once, when the device is lost. */
export class DeviceKeeper implements PathKeeper {
  readonly backend = 'webgpu';
  private current: FramePath | undefined;
  private losses = 0;
  private lossMessage = '';
  private destroyed = false;
  /** What a prompt network was told, for the next device. */
  private key: Key | undefined;

  constructor(private readonly options: DeviceKeeperOptions) {}

  get path(): FramePath | undefined {
    return this.current;
  }

  get isDestroyed(): boolean {
    return this.destroyed;
  }

  get hasLost(): boolean {
    return this.losses > 0;
  }

  /** Runs a call on the device there is. A device lost under it is replaced, and the call repeated. Only in turn. */
  async run<Result>(work: (path: FramePath) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    for (;;) {
      const path = await this.open(signal);
      const [outcome] = await Promise.allSettled([work(path)]);
      if (this.destroyed) throw destroyedError();
      signal?.throwIfAborted();
      if (outcome.status === 'rejected') {
        await path.settle();
        if (!(await path.gpu.lostBehind(outcome.reason))) throw outcome.reason;
      } else if (path.gpu.lost === undefined) {
        return outcome.value;
      }
    }
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    await this.options.turns.idle();
    await this.close();
  }

  private async open(signal: AbortSignal | undefined): Promise<FramePath> {
    const { device, build } = this.options;
    for (;;) {
      if (this.destroyed) throw destroyedError();
      if (this.current && this.current.gpu.lost === undefined) return this.current;
      await this.close();
      if (this.losses > (device ? 0 : 1)) throw this.lossError();
      const gpu = await Gpu.acquire(device, (message) => this.deviceLost(message));
      const [outcome] = await Promise.allSettled([build(gpu, this.key, signal)]);
      if (outcome.status === 'fulfilled') {
        this.current = outcome.value;
      } else {
        // What fails on a lost device fails because of that.
        const isLost = !signal?.aborted && (await gpu.lostBehind(outcome.reason));
        gpu.release();
        if (!isLost) throw outcome.reason;
      }
    }
  }

  private async close(): Promise<void> {
    const path = this.current;
    this.current = undefined;
    if (!path) return;
    this.key = path.network.currentKey;
    await path.destroy();
  }

  private deviceLost(message: string): void {
    this.losses++;
    this.lossMessage = message;
    if (this.destroyed) return;
    const { device, turns, onDeviceLost } = this.options;
    const rebuilding = this.losses === 1 && !device;
    onDeviceLost?.({ message, rebuilding });
    // Now rather than with the next frame; what fails is told to whoever calls next.
    if (rebuilding) void turns.take(() => this.open(undefined)).catch(() => undefined);
  }

  private lossError(): DeviceError {
    const what = this.options.device
      ? 'the GPU device that this pipeline was given was lost: make another pipeline with another device'
      : 'the GPU device was lost again after everything had been made anew: reload the page';
    return new DeviceError(`${what} (${this.lossMessage})`);
  }
}
