// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { foldedGrid, type Program } from '../gpu/program.js';
import { ArgumentError } from '../problem/errors.js';
import { readImage, sidesOf } from '../problem/images.js';
import type { RgbaImage } from '../problem/types.js';
import { image as imageStage } from '../stages/image.js';
import type { ImageInput } from './api.js';
import type { FilterContext } from './kernel-filter.js';

/** Brings an image of any kind into the buffer that the embedding reads. */
export class ImageSource {
  /** RGBA bytes, u32 [pixelCount]. */
  readonly pixels: GPUBuffer;
  private readonly buffers: BufferSet;
  private texture: GPUTexture | undefined;
  private program: Program<typeof imageStage.layout> | undefined;
  private readonly groups = new WeakMap<GPUTexture, GPUBindGroup>();

  constructor(private readonly context: Pick<FilterContext, 'device' | 'programs' | 'size' | 'tuning'>) {
    const { device, size } = context;
    this.buffers = new BufferSet(device);
    this.pixels = this.buffers.storage('ImageSource.pixels', size.width * size.height * 4);
  }

  get bytes(): number {
    return this.buffers.bytes + (this.texture ? this.pixelCount * 4 : 0);
  }

  /** Compiles what inputs other than bytes and buffers need. */
  async prepare(input: ImageInput): Promise<void> {
    if (isRgba(input) || isBuffer(input)) return;
    this.program ??= await this.context.programs.get(imageStage, { workgroupSize: this.context.tuning.workgroupSize });
  }

  /** Uploads at once, or encodes what there is to do on the GPU. */
  encode(encoder: GPUCommandEncoder, input: ImageInput): void {
    const { device, size } = this.context;
    if (isRgba(input)) {
      const { data } = input;
      device.queue.writeBuffer(this.pixels, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    } else if (isBuffer(input)) {
      encoder.copyBufferToBuffer(input, 0, this.pixels, 0, this.pixelCount * 4);
    } else if (isTexture(input)) {
      this.encodeTexture(encoder, input);
    } else {
      const texture = this.ownTexture();
      device.queue.copyExternalImageToTexture(
        { source: input as GPUCopyExternalImageSource },
        { texture, premultipliedAlpha: false },
        [size.width, size.height],
      );
      this.encodeTexture(encoder, texture);
    }
  }

  destroy(): void {
    this.buffers.destroy();
    this.texture?.destroy();
    this.texture = undefined;
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  private ownTexture(): GPUTexture {
    const { device, size } = this.context;
    this.texture ??= device.createTexture({
      label: 'ImageSource.texture',
      size: [size.width, size.height],
      format: 'rgba8unorm',
      // TEXTURE_BINDING | COPY_DST | RENDER_ATTACHMENT, which copyExternalImageToTexture asks for.
      usage: 0x4 | 0x2 | 0x10,
    });
    return this.texture;
  }

  private encodeTexture(encoder: GPUCommandEncoder, texture: GPUTexture): void {
    const { program } = this;
    if (!program) throw new Error('ImageSource.encode before prepare');
    let group = this.groups.get(texture);
    if (!group) {
      group = program.bind({ source: texture.createView(), image: { buffer: this.pixels } });
      this.groups.set(texture, group);
    }
    const pass = encoder.beginComputePass({ label: 'image' });
    program.encode(pass, group, foldedGrid(Math.ceil(this.pixelCount / this.context.tuning.workgroupSize)));
    pass.end();
  }
}

/** Throws ArgumentError unless the image can be used with a problem of this size. */
export function checkImageInput(input: unknown, size: { width: number; height: number }): ImageInput {
  const given = readImage('image', input, sidesOf(size));
  if (given.kind === 'bytes') return given.image;
  const source = given.source as ImageInput;
  if (given.kind === 'buffer') {
    const bytes = size.width * size.height * 4;
    const { size: held } = source as GPUBuffer;
    if (held < bytes) throw new ArgumentError('image.size', held, `at least ${bytes} bytes of packed RGBA`);
  }
  return source;
}

export function isRgba(input: ImageInput): input is RgbaImage {
  return 'data' in input && ArrayBuffer.isView(input.data);
}

function isBuffer(input: ImageInput): input is GPUBuffer {
  return 'mapAsync' in input;
}

function isTexture(input: ImageInput): input is GPUTexture {
  return 'createView' in input;
}
