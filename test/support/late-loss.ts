// SPDX-License-Identifier: MIT

/** Milliseconds by which these devices tell of their loss too late. */
const delay = 40;

/** Makes a device say that it is lost a moment after everything on it has failed, as browsers may. */
export function loseLate<Device extends GPUDevice>(device: Device): Device {
  const { lost } = device;
  const value = lost.then((info) => new Promise<typeof info>((resolve) => setTimeout(() => resolve(info), delay)));
  return Object.defineProperty(device, 'lost', { value });
}

/** All devices that adapters give while `work` runs are such. */
export async function withLateLosses<Result>(work: () => Promise<Result>): Promise<Result> {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    return loseLate(await requestDevice.call(this, descriptor));
  };
  try {
    return await work();
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
  }
}
