// SPDX-License-Identifier: MIT

/** The machine, not the argument, stands in the way: no adapter, a limit too low, a lost device, memory. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}
