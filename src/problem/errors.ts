// SPDX-License-Identifier: MIT

/** The machine, not the argument, stands in the way: no adapter, a limit too low, a lost device, memory. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

/** What a user's argument was, and what it may be. Thrown before any GPU work; the object that threw is as usable as before. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';

  constructor(
    /** Path of the argument, e.g. `kernels[1].sigmaRGB[2]`. */
    readonly argument: string,
    readonly value: unknown,
    /** What is allowed, e.g. `a finite number greater than 0`. */
    readonly allowed: string,
    /** `cause`: what the browser threw, where it was the browser that refused the value. */
    options?: ErrorOptions,
  ) {
    super(`${argument}: got ${describe(value)}, expected ${allowed}`, options);
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value);
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${(value as unknown as { length?: number }).length ?? value.byteLength})`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  return `an object (${(value as object).constructor?.name ?? 'Object'})`;
}
