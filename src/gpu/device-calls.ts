// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import { lossError, lossOf, mayBeLoss } from './device-loss.js';
import { ScopedDevice } from './scoped-device.js';
import { Turns } from './turns.js';

export interface DeviceCallsOptions {
  device: GPUDevice | ScopedDevice;
  /** What users know the owner by, for messages. */
  name: string;
  /** Forgets what was made: the device refused something of it. */
  forget?: () => void;
}

/**
 * The calls of one owner on a device: they take turns, and each is told what became of it. A call on an owner that was destroyed, and a call that
 * fails or ends on a lost device, throws the DeviceError that says so; what the device refuses of a call becomes that call's DeviceError.
 */
export class DeviceCalls {
  readonly device: ScopedDevice;
  private readonly turns = new Turns();
  /** What every call throws from now on. */
  private failure: string | undefined;

  constructor(private readonly options: DeviceCallsOptions) {
    this.device = ScopedDevice.of(options.device);
    void this.device.device.lost.then((info) => {
      this.failure ??= lossError(info).message;
    });
  }

  /** Whether the owner was destroyed or the device lost. */
  get hasEnded(): boolean {
    return this.failure !== undefined;
  }

  /** `work` when its turn comes. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.turns.take(() => this.run(work));
  }

  /** Throws DeviceError after `end`, and when the device is lost. */
  checkUsable(): void {
    if (this.failure) throw new DeviceError(this.failure);
  }

  /** The owner was destroyed: calls under way and later ones throw. */
  end(): void {
    this.failure ??= `this ${this.options.name} was destroyed`;
  }

  /** Where something was created: waits for the device's answer. Throws DeviceError, `what` was refused. */
  async accepted(what: string): Promise<void> {
    this.throwRefusal(await this.device.settleCreation(), what);
  }

  private async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.checkUsable();
    const [outcome] = await Promise.allSettled([(async () => work())()]);
    if (outcome.status === 'rejected') {
      // What the device says of a call that failed is that call's.
      await this.device.settle();
      throw await this.causeOf(outcome.reason);
    }
    const error = await this.device.settleCreation();
    this.checkUsable();
    this.throwRefusal(error, 'a call');
    return outcome.value;
  }

  private throwRefusal(error: GPUError | undefined, what: string): void {
    if (!error) return;
    this.options.forget?.();
    throw new DeviceError(`the GPU refused ${what}: ${error.message}`);
  }

  private async causeOf(reason: unknown): Promise<unknown> {
    if (!mayBeLoss(reason)) return reason;
    if (!this.failure) await lossOf(this.device.device);
    return this.failure ? new DeviceError(this.failure) : reason;
  }
}
