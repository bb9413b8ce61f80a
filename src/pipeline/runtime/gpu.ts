// SPDX-License-Identifier: MIT

import { nameOf } from '../../gpu/adapter.js';
import { requestDevice } from '../../gpu/device.js';
import { lossOf, lossReason, mayBeLoss } from '../../gpu/device-loss.js';
import { DeviceError } from '../../problem/errors.js';

/** Of a DeviceError. */
export const noAdapter =
  "no WebGPU adapter: this browser or machine has none that is usable; backend: 'cpu' works without";

/** A device, ours or the user's, and whether it is still there. */
export class Gpu {
  /** What the browser said when the device was lost; its end by `release` is no loss. */
  lost: string | undefined;
  private released = false;

  private constructor(
    readonly device: GPUDevice,
    readonly adapterName: string,
    readonly isOwn: boolean,
    readonly adapter: GPUAdapter | undefined,
    onLost: (message: string) => void,
  ) {
    void device.lost.then((info) => {
      // Not by its reason: a crash may say 'destroyed', too.
      if (this.released) return;
      this.lost = lossReason(info);
      onLost(this.lost);
    });
  }

  /**
   * The user's device, or one of our own with all of the adapter's limits. Throws DeviceError where there is no adapter.
   * `onLost` is called once when the device goes away, but for `release`.
   */
  static async acquire(given: GPUDevice | undefined, onLost: (message: string) => void): Promise<Gpu> {
    if (given) return new Gpu(given, nameOf(given.adapterInfo), false, undefined, onLost);
    // After a loss the browser may need a moment until it gives an adapter again.
    for (const pause of [0, 100, 400, 1500]) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const acquired = await requestDevice('any').catch(() => undefined);
      if (acquired) return new Gpu(acquired.device, acquired.adapterName, true, acquired.adapter, onLost);
      if (!globalThis.navigator?.gpu) break;
    }
    throw new DeviceError(noAdapter);
  }

  /** Whether a call failed because the device is lost; a loss may be told a moment later than what fails of it. */
  async lostBehind(error: unknown): Promise<boolean> {
    if (this.lost === undefined && mayBeLoss(error)) await lossOf(this.device);
    return this.lost !== undefined;
  }

  /** Ends our own device; a user's stays. */
  release(): void {
    this.released = true;
    if (this.isOwn) this.device.destroy();
  }
}
