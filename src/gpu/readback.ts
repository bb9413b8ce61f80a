// SPDX-License-Identifier: MIT

import { BufferSet } from './buffers.js';
import { ScopedDevice } from './scoped-device.js';
import { Turns } from './turns.js';

/** Large results come back in pieces, so that staging stays small beside what it reads. */
const stagingBytes = 8 * 1024 * 1024;

/** Reads buffers back through one staging buffer, made on first use. Never on the per-frame path. */
export class Readback {
  private readonly buffers: BufferSet;
  private staging: GPUBuffer | undefined;
  private readonly turns = new Turns();
  private readonly device: ScopedDevice;

  constructor(device: GPUDevice | ScopedDevice) {
    this.device = ScopedDevice.of(device);
    this.buffers = new BufferSet(this.device);
  }

  /** Bytes `offset`..`offset + bytes` of `source`, given to `consume` piece by piece with each piece's own offset in them. */
  read(
    source: GPUBuffer,
    offset: number,
    bytes: number,
    consume: (piece: ArrayBuffer, at: number) => void,
  ): Promise<void> {
    // One staging buffer: a read waits for the one before.
    return this.turns.take(() => this.readPieces(source, offset, bytes, consume));
  }

  async words(source: GPUBuffer, offset: number, count: number): Promise<Uint32Array> {
    const words = new Uint32Array(count);
    await this.read(source, offset, count * 4, (piece, at) => words.set(new Uint32Array(piece), at / 4));
    return words;
  }

  async floats(source: GPUBuffer, count: number): Promise<Float32Array> {
    return new Float32Array((await this.words(source, 0, count)).buffer);
  }

  destroy(): void {
    this.buffers.destroy();
    this.staging = undefined;
  }

  private async readPieces(
    source: GPUBuffer,
    offset: number,
    bytes: number,
    consume: (piece: ArrayBuffer, at: number) => void,
  ): Promise<void> {
    for (let at = 0; at < bytes; at += stagingBytes) {
      const size = Math.min(stagingBytes, bytes - at);
      const staging = await this.mapped(source, offset + at, size, Math.min(stagingBytes, bytes));
      consume(staging.getMappedRange(0, size).slice(0), at);
      staging.unmap();
    }
  }

  /** The staging buffer with a piece of `source` in it, for the CPU to read. */
  private async mapped(source: GPUBuffer, offset: number, size: number, wanted: number): Promise<GPUBuffer> {
    const { device } = this;
    try {
      return await device.mapped(`reading back "${source.label}"`, size, () => {
        const staging = this.stagingOf(wanted);
        device.submit('Readback', (encoder) => encoder.copyBufferToBuffer(source, offset, staging, 0, size));
        return staging;
      });
    } catch (error) {
      // The staging buffer may be what was refused.
      this.destroy();
      throw error;
    }
  }

  private stagingOf(bytes: number): GPUBuffer {
    if (!this.staging || this.staging.size < bytes) {
      this.buffers.release(this.staging);
      this.staging = this.buffers.readback('Readback.staging', bytes);
    }
    return this.staging;
  }
}
