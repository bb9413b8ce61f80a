// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../problem/errors.js';

/**
 * Milliseconds that a call which failed waits for the device to say that it was lost. What fails because of a loss may fail a moment before
 * `lost` is settled: after a crash of Chromium's GPU process that takes less than 100 ms.
 */
const patience = 150;

/** The one error for a lost device. */
export function lossError(info: Pick<GPUDeviceLostInfo, 'message'>): DeviceError {
  return new DeviceError(`the GPU device was lost: ${lossReason(info)}`);
}

/** What the browser said. */
export function lossReason({ message }: Pick<GPUDeviceLostInfo, 'message'>): string {
  return message || 'no reason given';
}

/** The loss, if the device is lost or turns out to be within a moment. */
export async function lossOf(device: GPUDevice): Promise<GPUDeviceLostInfo | undefined> {
  const pause = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  return Promise.race([device.lost, pause]);
}

/** Whether a loss of the device may be what is behind an error. An argument that is wrong by itself is wrong on any device. */
export function mayBeLoss(error: unknown): boolean {
  return !(error instanceof ArgumentError) || error.cause !== undefined;
}

/** The outcome of `work`. What fails as the device is lost is told as that. */
export async function tellingLoss<Result>(device: GPUDevice, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const loss = mayBeLoss(error) ? await lossOf(device) : undefined;
    throw loss ? lossError(loss) : error;
  }
}
