// SPDX-License-Identifier: MIT

import { DeviceError } from '../crf/errors.js';
import type { StageModule } from './module.js';

/** A module's memory. It grows, and arrays of before are void then: keep addresses, in bytes, and not arrays. */
export class SimdMemory {
  constructor(readonly module: StageModule) {}

  /** Room for numbers that nobody has written yet. */
  reserve(length: number): number {
    const bytes = 4 * length;
    try {
      // WebAssembly gives addresses as signed numbers.
      return this.module.allocate(bytes) >>> 0;
    } catch (error) {
      throw new DeviceError(`the CPU backend found no memory for ${bytes} more bytes: ${String(error)}`);
    }
  }

  release(address: number): void {
    this.module.release(address);
  }

  /** Room for as long as `work` takes: lengths by name, and addresses by the same names. */
  lend<Name extends string, Result>(lengths: Record<Name, number>, work: (at: Record<Name, number>) => Result): Result {
    const at = {} as Record<Name, number>;
    try {
      for (const name in lengths) at[name] = this.reserve(lengths[name]);
      return work(at);
    } finally {
      for (const name in at) this.release(at[name]);
    }
  }

  /** A copy. */
  place(array: Int32Array): number {
    const address = this.reserve(array.length);
    this.integers(address, array.length).set(array);
    return address;
  }

  integers(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.module.memory.buffer as ArrayBuffer, address, length);
  }

  floats(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.module.memory.buffer as ArrayBuffer, address, length);
  }

  /** Where an array of `floats` is. */
  addressOf(values: Float32Array): number {
    if (values.buffer !== this.module.memory.buffer) throw new Error('SimdMemory: an array from elsewhere or before');
    return values.byteOffset;
  }
}
