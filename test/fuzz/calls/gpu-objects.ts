// SPDX-License-Identifier: MIT

import type { Spec } from '../../support/doors/spec.js';

/** STORAGE | COPY_SRC | COPY_DST */
export const allBufferUses = 0x80 | 0x4 | 0x8;

export type GpuPlace = 'image' | 'unary' | 'map';

/** GPU objects that are none of use somewhere, made anew each time. */
export class GpuObjects {
  private readonly bad = new WeakMap<object, readonly GpuPlace[]>();
  private readonly made: { destroy(): void }[] = [];

  /**
   * @param bytes what a buffer needs at least
   * @param other a device of somebody else
   */
  constructor(
    private readonly device: GPUDevice,
    private readonly other: GPUDevice,
    private readonly bytes: number,
    private readonly size: { width: number; height: number },
  ) {}

  /** What can be in place of an argument. */
  readonly strange: readonly (() => unknown)[] = [
    () => this.noted(this.destroyed(this.buffer(allBufferUses)), ['image', 'unary', 'map']),
    () =>
      this.noted(
        this.kept(this.device.createBuffer({ size: this.bytes, usage: allBufferUses, mappedAtCreation: true })),
        ['image', 'unary', 'map'],
      ),
    () =>
      this.noted(this.kept(this.other.createBuffer({ size: this.bytes, usage: allBufferUses })), [
        'image',
        'unary',
        'map',
      ]),
    // STORAGE | COPY_DST: not to be copied from.
    () => this.noted(this.buffer(0x80 | 0x8), ['image', 'map']),
    // COPY_SRC | COPY_DST: not to be bound.
    () => this.noted(this.buffer(0x4 | 0x8), ['unary']),
    () =>
      this.noted(this.kept(this.device.createBuffer({ size: 16, usage: allBufferUses })), ['image', 'unary', 'map']),
    () => this.noted(this.destroyed(this.texture({})), ['image']),
    () => this.noted(this.kept(this.other.createTexture(this.descriptor({}))), ['image']),
    // COPY_SRC | COPY_DST: not to be bound.
    () => this.noted(this.texture({ usage: 0x1 | 0x2 }), ['image']),
    () => this.noted(this.texture({ format: 'r8uint' }), ['image']),
    () => this.noted(this.texture({ format: 'depth24plus', usage: 0x4 | 0x10 }), ['image']),
    () => this.noted(this.texture({ sampleCount: 4, usage: 0x4 | 0x10 }), ['image']),
    () => this.noted(this.texture({ size: [this.size.width, this.size.height, 2] }), ['image']),
    () => this.noted(this.texture({ size: [this.size.width + 1, this.size.height] }), ['image']),
  ];

  /** Any other object of this device may be right. */
  spec(place: GpuPlace): Spec {
    return {
      is: 'like',
      what: 'a GPU object',
      test: (value) => {
        if (typeof value !== 'object' || value === null) return 'no';
        if (this.bad.get(value)?.includes(place)) return 'no';
        const isOfGpu = value instanceof GPUBuffer || (place === 'image' && value instanceof GPUTexture);
        return isOfGpu ? 'unclear' : 'no';
      },
    };
  }

  buffer(usage: number): GPUBuffer {
    return this.kept(this.device.createBuffer({ size: this.bytes, usage }));
  }

  /** Objects of earlier calls are in nobody's hands any more. */
  release(): void {
    for (const object of this.made.splice(0)) object.destroy();
  }

  private texture(more: Partial<GPUTextureDescriptor>): GPUTexture {
    return this.kept(this.device.createTexture(this.descriptor(more)));
  }

  private descriptor(more: Partial<GPUTextureDescriptor>): GPUTextureDescriptor {
    return { size: [this.size.width, this.size.height], format: 'rgba8unorm', usage: 0x4 | 0x2, ...more };
  }

  private kept<Thing extends { destroy(): void }>(object: Thing): Thing {
    this.made.push(object);
    return object;
  }

  private destroyed<Thing extends { destroy(): void }>(object: Thing): Thing {
    object.destroy();
    return object;
  }

  private noted<Thing extends GPUBuffer | GPUTexture>(object: Thing, places: readonly GpuPlace[]): Thing {
    this.bad.set(object, places);
    return object;
  }
}
