// SPDX-License-Identifier: MIT

import { bufferUsage } from '../../gpu/buffers.js';
import { ArgumentError } from '../../problem/errors.js';
import { isBufferObject } from '../../problem/platform-objects.js';

/** Throws ArgumentError unless the value is a storage buffer of at least that many bytes. */
export function checkBuffer(argument: string, value: unknown, bytes: number): GPUBuffer {
  if (!isBufferObject(argument, value)) throw new ArgumentError(argument, value, 'a GPUBuffer');
  const { size, usage } = value;
  if (size < bytes) throw new ArgumentError(`${argument}.size`, size, `at least ${bytes} bytes`);
  if ((usage & bufferUsage.storage) === 0) {
    throw new ArgumentError(`${argument}.usage`, usage, 'a usage with STORAGE');
  }
  return value as GPUBuffer;
}
