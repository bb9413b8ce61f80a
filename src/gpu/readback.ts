// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import { BufferSet } from './buffers.js';

/** Large results come back in pieces, so that staging stays small beside what it reads. */
const stagingBytes = 8 * 1024 * 1024;

/** Reads buffers back through one staging buffer, made on first use. Never on the per-frame path. */
export class Readback {
  private readonly buffers: BufferSet;
  private staging: GPUBuffer | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly device: GPUDevice) {
    this.buffers = new BufferSet(device);
  }

  /** Bytes `offset`..`offset + bytes` of `source`, given to `consume` piece by piece with each piece's own offset in them. */
  read(
    source: GPUBuffer,
    offset: number,
    bytes: number,
    consume: (piece: ArrayBuffer, at: number) => void,
  ): Promise<void> {
    // One staging buffer: a read waits for the one before.
    const reading = this.queue.then(() => this.readPieces(source, offset, bytes, consume));
    this.queue = reading.catch(() => undefined);
    return reading;
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
    const wanted = Math.min(stagingBytes, bytes);
    if (!this.staging || this.staging.size < wanted) {
      this.buffers.release(this.staging);
      this.staging = this.buffers.readback('Readback.staging', wanted);
    }
    const { staging } = this;
    for (let at = 0; at < bytes; at += stagingBytes) {
      const size = Math.min(stagingBytes, bytes - at);
      const encoder = this.device.createCommandEncoder({ label: 'Readback' });
      encoder.copyBufferToBuffer(source, offset + at, staging, 0, size);
      this.device.queue.submit([encoder.finish()]);
      try {
        await staging.mapAsync(1, 0, size);
      } catch (error) {
        throw new DeviceError(`reading back "${source.label}" failed: ${(error as Error).message}`);
      }
      consume(staging.getMappedRange(0, size).slice(0), at);
      staging.unmap();
    }
  }
}
