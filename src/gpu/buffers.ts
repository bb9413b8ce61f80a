// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';

/** WebGPU's usage flags: Node has no global for them. */
export const bufferUsage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  indirect: 0x100,
} as const;

/** What makes buffers: a device, or one owner's view of it. */
export type BufferDevice = Pick<GPUDevice, 'limits' | 'createBuffer'>;

/** The buffers that one owner made, to be counted and destroyed together. */
export class BufferSet {
  private readonly buffers = new Set<GPUBuffer>();

  constructor(private readonly device: BufferDevice) {}

  /** Bytes held. */
  get bytes(): number {
    let bytes = 0;
    for (const buffer of this.buffers) bytes += buffer.size;
    return bytes;
  }

  has(buffer: GPUBuffer): boolean {
    return this.buffers.has(buffer);
  }

  /** All there are now, for `releaseNewer`. */
  get all(): ReadonlySet<GPUBuffer> {
    return new Set(this.buffers);
  }

  /** Destroys those that are not among `kept`. */
  releaseNewer(kept: ReadonlySet<GPUBuffer>): void {
    for (const buffer of this.all) {
      if (!kept.has(buffer)) this.release(buffer);
    }
  }

  /** A storage buffer of at least `bytes`, zero at first. Its whole size can be bound, so it must fit one binding. */
  storage(label: string, bytes: number, more = 0): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    if (size > Math.min(maxStorageBufferBindingSize, maxBufferSize)) {
      const [limit, name] =
        maxStorageBufferBindingSize <= maxBufferSize
          ? [maxStorageBufferBindingSize, 'maxStorageBufferBindingSize']
          : [maxBufferSize, 'maxBufferSize'];
      throw new DeviceError(`${label} needs ${size} bytes in one buffer; the device's ${name} is ${limit}`);
    }
    return this.create(label, size, bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget | more);
  }

  uniform(label: string, words: number): GPUBuffer {
    return this.create(label, Math.ceil(words / 4) * 16, bufferUsage.uniform | bufferUsage.copyTarget);
  }

  readback(label: string, bytes: number): GPUBuffer {
    return this.create(label, bytes, bufferUsage.mapRead | bufferUsage.copyTarget);
  }

  release(buffer: GPUBuffer | undefined): void {
    if (buffer && this.buffers.delete(buffer)) buffer.destroy();
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.clear();
  }

  private create(label: string, size: number, usage: number): GPUBuffer {
    const buffer = this.device.createBuffer({ label, size, usage });
    this.buffers.add(buffer);
    return buffer;
  }
}
