// SPDX-License-Identifier: MIT

import { describe, shortened } from './describe.js';

/** The machine, not the argument, stands in the way: no adapter, a limit too low, a lost device, memory. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

/** More than this of a path, or of what is allowed, helps nobody. */
const longestPath = 300;
const longestAllowed = 3000;

/** What a user's argument was, and what it may be. Thrown before any GPU work; the object that threw is as usable as before. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';

  constructor(
    /** Path of the argument, e.g. `kernels[1].sigmaRGB[2]`. */
    readonly argument: string,
    /** What was given. The message says in a few words what it is. */
    readonly value: unknown,
    /** What is allowed, e.g. `a finite number greater than 0`. */
    readonly allowed: string,
    /** `cause`: what the browser threw, where it was the browser that refused the value. */
    options?: ErrorOptions,
  ) {
    super(
      `${shortened(String(argument), longestPath)}: got ${describe(value)}, expected ${shortened(String(allowed), longestAllowed)}`,
      options,
    );
  }
}
