// SPDX-License-Identifier: MIT

import { bufferUsage } from '../../gpu/buffers.js';
import { ArgumentError } from '../../problem/errors.js';

/** Throws ArgumentError unless the value is a storage buffer of at least that many bytes. */
export function checkBuffer(argument: string, value: GPUBuffer, bytes: number): void {
  if (typeof value !== 'object' || value === null || !('mapAsync' in value)) {
    throw new ArgumentError(argument, value, 'a GPUBuffer');
  }
  if (value.size < bytes) throw new ArgumentError(`${argument}.size`, value.size, `at least ${bytes} bytes`);
  if ((value.usage & bufferUsage.storage) === 0) {
    throw new ArgumentError(`${argument}.usage`, value.usage, 'a usage with STORAGE');
  }
}
