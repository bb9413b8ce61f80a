// SPDX-License-Identifier: MIT

import { isBuffer, isTexture, textureUsage } from '../../gpu/given-objects.js';
import { ImageUpload } from '../../gpu/image-upload.js';
import { foldedGrid, type Program } from '../../gpu/program.js';
import type { ImageInput } from '../../problem/api.js';
import { image as imageStage } from '../../stages/image.js';
import type { InputContext } from './context.js';
import { isRgba } from './image-input.js';

/** Brings an image of any kind into the buffer that the embedding reads. */
export class ImageSource {
  private texture: GPUTexture | undefined;
  private program: Program<typeof imageStage.layout> | undefined;
  private readonly groups = new WeakMap<GPUTexture, GPUBindGroup>();
  private readonly upload: ImageUpload;

  /** @param pixels its owner's: RGBA bytes, u32 [pixelCount] */
  constructor(
    private readonly context: InputContext,
    readonly pixels: GPUBuffer,
  ) {
    this.upload = new ImageUpload(context.device);
  }

  /** Of a texture that some inputs need on their way. */
  get bytes(): number {
    return this.texture ? this.pixelCount * 4 : 0;
  }

  /** Compiles and creates what inputs other than bytes and buffers need. */
  async prepare(input: ImageInput): Promise<void> {
    if (isRgba(input) || isBuffer(input)) return;
    if (!isTexture(input)) this.ownTexture();
    this.program ??= await this.context.programs.get(imageStage, { workgroupSize: this.context.tuning.workgroupSize });
  }

  /** Uploads at once, or encodes what there is to do on the GPU. */
  encode(encoder: GPUCommandEncoder, input: ImageInput): void {
    const { device } = this.context;
    if (isRgba(input)) {
      const { data } = input;
      device.queue.writeBuffer(this.pixels, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    } else if (isBuffer(input)) {
      encoder.copyBufferToBuffer(input, 0, this.pixels, 0, this.pixelCount * 4);
    } else if (isTexture(input)) {
      this.encodeTexture(encoder, input);
    } else {
      const texture = this.ownTexture();
      this.upload.copy('image', input, texture);
      this.encodeTexture(encoder, texture);
    }
  }

  /** The next image makes another: this one was refused. */
  releaseTexture(): void {
    this.texture?.destroy();
    this.texture = undefined;
  }

  destroy(): void {
    this.releaseTexture();
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
      // copyExternalImageToTexture asks for the last of them.
      usage: textureUsage.textureBinding | textureUsage.copyTarget | textureUsage.renderAttachment,
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
