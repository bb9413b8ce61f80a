// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';
import { isBufferObject, isTextureObject } from '../problem/platform-objects.js';
import { type BufferSet, bufferUsage } from './buffers.js';
import type { ScopedDevice } from './scoped-device.js';

/** Something of WebGPU that a user gave, under the name of their argument. A view is of a texture that can be drawn on. */
export interface GivenObject {
  argument: string;
  value: GivenValue;
}

type GivenValue = GPUBuffer | GPUTexture | GPUTextureView;

const bufferUsageNames = { storage: 'STORAGE', copySource: 'COPY_SRC', copyTarget: 'COPY_DST' } as const;

export type NeededUsage = keyof typeof bufferUsageNames;

/** GPUTextureUsage: Node has no global for it. */
export const textureUsage = {
  copySource: 0x1,
  copyTarget: 0x2,
  textureBinding: 0x4,
  storageBinding: 0x8,
  renderAttachment: 0x10,
} as const;

/** GPUShaderStage.COMPUTE */
const computeStage = 4;

/**
 * Formats that are read as pictures: colours in 0..1, encoded as a screen wants them. One and two channels are no colours, integers and depths are
 * read otherwise, and what stands in an -srgb format is decoded when it is read.
 */
const pictureFormats: readonly string[] = [
  'rgba8unorm',
  'bgra8unorm',
  'rgb10a2unorm',
  'rgba16unorm',
  'rgba16float',
  'rgba32float',
];

/** The same, decoded when read. */
const decodedFormats: readonly string[] = ['rgba8unorm-srgb', 'bgra8unorm-srgb'];

export function isBuffer(value: unknown): value is GPUBuffer {
  return typeof value === 'object' && value !== null && 'mapAsync' in value;
}

export function isTexture(value: unknown): value is GPUTexture {
  return typeof value === 'object' && value !== null && 'createView' in value;
}

/**
 * Checks what a buffer tells of itself: size, usages, whether it is mapped. Throws ArgumentError.
 *
 * @param bytes that will be used, from the beginning
 */
export function checkGivenBuffer(argument: string, value: unknown, bytes: number, ...usages: NeededUsage[]): GPUBuffer {
  if (!isBufferObject(argument, value) || !isBuffer(value)) throw new ArgumentError(argument, value, 'a GPUBuffer');
  if (value.size < bytes) throw new ArgumentError(`${argument}.size`, value.size, `at least ${bytes} bytes`);
  for (const usage of usages) {
    if ((value.usage & bufferUsage[usage]) !== 0) continue;
    throw new ArgumentError(`${argument}.usage`, value.usage, `GPUBufferUsage.${bufferUsageNames[usage]} among them`);
  }
  if ((value.mapState ?? 'unmapped') !== 'unmapped') {
    throw new ArgumentError(`${argument}.mapState`, value.mapState, "'unmapped': the CPU has the buffer now");
  }
  return value;
}

/** Checks what a texture tells of itself: whether a shader can read it as a picture. Throws ArgumentError. */
export function checkGivenTexture(argument: string, value: unknown, { decoded = false } = {}): GPUTexture {
  if (!isTextureObject(argument, value) || !isTexture(value)) throw new ArgumentError(argument, value, 'a GPUTexture');
  const formats = decoded ? [...pictureFormats, ...decodedFormats] : pictureFormats;
  if (!formats.includes(value.format)) {
    throw new ArgumentError(`${argument}.format`, value.format, `one of ${formats.join(', ')}`);
  }
  if (!(value.usage & textureUsage.textureBinding)) {
    throw new ArgumentError(`${argument}.usage`, value.usage, 'GPUTextureUsage.TEXTURE_BINDING among them');
  }
  checkFlat(argument, value);
  return value;
}

/** Checks what a texture tells of itself: whether it can be drawn on. Throws ArgumentError. */
export function checkDrawnTexture(argument: string, value: GPUTexture): GPUTexture {
  if (!(value.usage & textureUsage.renderAttachment)) {
    throw new ArgumentError(`${argument}.usage`, value.usage, 'GPUTextureUsage.RENDER_ATTACHMENT among them');
  }
  checkFlat(argument, value);
  checkProperty(argument, value, 'mipLevelCount', 1);
  return value;
}

/** One picture: no volume, no array or cube, no samples. */
function checkFlat(argument: string, texture: GPUTexture): void {
  checkProperty(argument, texture, 'dimension', '2d');
  checkProperty(argument, texture, 'depthOrArrayLayers', 1);
  checkProperty(argument, texture, 'sampleCount', 1);
}

function checkProperty<Name extends keyof GPUTexture>(
  argument: string,
  texture: GPUTexture,
  name: Name,
  needed: GPUTexture[Name],
): void {
  if (texture[name] !== needed) throw new ArgumentError(`${argument}.${name}`, texture[name], String(needed));
}

/**
 * Whether a device can use what users give it. Whose an object is and whether it was destroyed only the device knows: it is asked by a command
 * that uses the object and changes nothing. An object that was once found good is not asked about again until
 * a call that uses it fails: it may have been destroyed since.
 */
export class GivenObjects {
  private readonly good = new WeakSet<object>();
  private unused: GPUBuffer | undefined;

  /** @param buffers the owner's: what the commands copy to is one of them */
  constructor(
    private readonly device: ScopedDevice,
    private readonly buffers: BufferSet,
  ) {}

  /** Throws ArgumentError for the first object that the device can't use. Waits only where one is new. */
  async check(objects: readonly GivenObject[]): Promise<void> {
    const unknown = objects.filter(({ value }) => !this.good.has(value));
    if (unknown.length > 0) await this.refuseUnusable(unknown);
  }

  /**
   * The outcome of `work`, which uses the objects and throws where the device refuses it. Throws ArgumentError, before `work` for an object that is new
   * and can't be used, after it for one that can be no longer.
   */
  async using<Result>(objects: readonly GivenObject[], work: () => Promise<Result>): Promise<Result> {
    await this.check(objects);
    try {
      return await work();
    } catch (error) {
      if (error instanceof ArgumentError) throw error;
      for (const { value } of objects) this.good.delete(value);
      await this.refuseUnusable(objects);
      throw error;
    }
  }

  private async refuseUnusable(objects: readonly GivenObject[]): Promise<void> {
    const usable = await Promise.all(objects.map(({ value }) => this.canUse(value)));
    objects.forEach(({ argument, value }, index) => {
      if (!usable[index]) throw unusable(argument, value);
      this.good.add(value);
    });
  }

  private async canUse(value: GivenValue): Promise<boolean> {
    try {
      return (await this.device.listen(() => this.use(value)).error) === undefined;
    } catch {
      // An object that only looks like one of WebGPU's.
      return false;
    }
  }

  private use(value: GivenValue): void {
    this.device.submit('use of what was given', (encoder) => {
      if (isBuffer(value)) this.useBuffer(encoder, value);
      else if (isTexture(value)) this.useTexture(encoder, value);
      else drawNothing(encoder, value);
    });
  }

  private useBuffer(encoder: GPUCommandEncoder, buffer: GPUBuffer): void {
    if (buffer.usage & bufferUsage.copySource) encoder.copyBufferToBuffer(buffer, 0, this.target(), 0, 4);
    else if (buffer.usage & bufferUsage.copyTarget) encoder.copyBufferToBuffer(this.target(), 0, buffer, 0, 0);
    else this.bind(encoder, { buffer: { type: 'read-only-storage' } }, { buffer, size: 4 });
  }

  private useTexture(encoder: GPUCommandEncoder, texture: GPUTexture): void {
    const view = texture.createView();
    if (texture.usage & textureUsage.textureBinding) {
      this.bind(encoder, { texture: { sampleType: 'unfilterable-float' } }, view);
    } else {
      drawNothing(encoder, view);
    }
  }

  private bind(
    encoder: GPUCommandEncoder,
    kind: Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'>,
    resource: GPUBindingResource,
  ): void {
    const { device } = this.device;
    const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: computeStage, ...kind }] });
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource }] }));
    pass.end();
  }

  private target(): GPUBuffer {
    this.unused ??= this.buffers.storage('GivenObjects.unused', 4);
    return this.unused;
  }
}

function drawNothing(encoder: GPUCommandEncoder, view: GPUTextureView): void {
  encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'load', storeOp: 'store' }] }).end();
}

function kindOf(value: GivenValue): string {
  if (isBuffer(value)) return 'GPUBuffer';
  return isTexture(value) ? 'GPUTexture' : 'GPUTextureView';
}

/** The error for an object that the device refuses: of another device, or destroyed. */
export function unusable(argument: string, value: GivenValue): ArgumentError {
  const allowed = `a ${kindOf(value)} of the device in use that is not destroyed`;
  return new ArgumentError(argument, value, allowed);
}
