// SPDX-License-Identifier: MIT

import { BufferSet, bufferUsage } from '../gpu/buffers.js';
import type { ScopedDevice } from '../gpu/scoped-device.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { BufferPlan, Contents, Part, Value } from './plan/buffer-plan.js';

/** The GPU buffers of a plan. */
export class Memory {
  private readonly set: BufferSet;
  private readonly buffers = new Map<BufferPlan, GPUBuffer>();

  /** @param parent where buffers are looked for that are not held here */
  constructor(
    private readonly device: ScopedDevice,
    private readonly parent?: Memory,
  ) {
    this.set = new BufferSet(device);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.set.bytes;
  }

  /** Makes the buffers that are not there yet, and destroys those that no part has any more. Throws DeviceError over a limit. */
  hold(parts: readonly Part[]): void {
    const wanted = new Set(parts.flatMap((part) => part.buffers));
    for (const [plan, buffer] of this.buffers) {
      if (wanted.has(plan)) continue;
      this.set.release(buffer);
      this.buffers.delete(plan);
    }
    for (const plan of wanted) {
      if (this.buffers.has(plan)) continue;
      const buffer = this.create(plan);
      this.buffers.set(plan, buffer);
      if (plan.contents) this.writeTo(buffer, plan.contents());
    }
  }

  write(values: readonly Value[]): void {
    for (const { buffer, contents } of values) this.writeTo(this.of(buffer), contents);
  }

  of(plan: BufferPlan): GPUBuffer {
    const buffer = this.buffers.get(plan) ?? this.parent?.of(plan);
    if (!buffer) throw new Error(`${plan.name} is not held`);
    return buffer;
  }

  destroy(): void {
    this.set.destroy();
    this.buffers.clear();
  }

  private create({ name, use, bytes }: BufferPlan): GPUBuffer {
    if (use === 'uniform') return this.set.uniform(name, bytes / 4);
    return this.set.storage(name, bytes, use === 'sizes' ? bufferUsage.indirect | bufferUsage.uniform : 0);
  }

  private writeTo(buffer: GPUBuffer, contents: Contents): void {
    if (ArrayBuffer.isView(contents)) this.device.queue.writeBuffer(buffer, 0, contents);
    else writeUniform(this.device, buffer, contents);
  }
}
