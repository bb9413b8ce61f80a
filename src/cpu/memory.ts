// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import type { StageModule } from './module.js';
import { Alone, type Team } from './team.js';

/** Bytes that the allocator gives in one piece. */
export const largestPiece = 2 ** 30 - 16;

/** Numbers that are worked on at once: rows are whole fours, or half of one, as two rows are worked on then. */
export const lanes = 4;

/** WebAssembly's memory has grown to its limit, or to the machine's. Nothing is lost: what did not fit was not begun. */
export class OutOfMemoryError extends DeviceError {}

/** A module's memory. It grows, and arrays of before are void then: keep addresses, in bytes, and not arrays. */
export class SimdMemory {
  /** @param team who does the stages */
  constructor(
    readonly module: StageModule,
    readonly team: Team = new Alone(module),
  ) {}

  /** Room for numbers that nobody has written yet. */
  reserve(length: number): number {
    // The allocator takes 32 bits of what it is given: more would become less.
    if (4 * length > largestPiece) throw this.outOfMemory();
    // WebAssembly gives addresses as signed numbers.
    return this.allocating(() => this.module.allocate(4 * length)) >>> 0;
  }

  /** Calls a function of the module that allocates. Where memory runs out, WebAssembly only says "unreachable". */
  allocating<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw this.outOfMemory();
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

  floats(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.module.memory.buffer as ArrayBuffer, address, length);
  }

  unsigned(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.module.memory.buffer as ArrayBuffer, address, length);
  }

  /** Where an array of `floats` is. */
  addressOf(values: Float32Array): number {
    if (values.buffer !== this.module.memory.buffer) throw new Error('an array from elsewhere');
    return values.byteOffset;
  }

  private outOfMemory(): OutOfMemoryError {
    const held = Math.round(this.module.memory.buffer.byteLength / 2 ** 20);
    return new OutOfMemoryError(`the CPU backend found no more memory; it holds ${held} MiB`);
  }
}
