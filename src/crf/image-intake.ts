// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';
import type { ProblemSize, RgbaImage } from '../problem/types.js';
import type { ImageInput } from './api.js';
import { isBuffer, isRgba, isTexture } from './image-source.js';

/** What an image is once it was taken: nothing that a page goes on drawing to. */
export type TakenImage = RgbaImage | GPUBuffer | GPUTexture;

/**
 * Takes images when a call is made, as its turn may come later: bytes are copied, what a page shows goes into a texture.
 * Buffers and textures of the GPU are read when the turn comes.
 */
export class ImageIntake {
  /** One for each call that waits, then used again. */
  private readonly textures = new Set<GPUTexture>();
  private free: GPUTexture[] = [];

  constructor(
    private readonly device: GPUDevice,
    private readonly size: ProblemSize,
  ) {}

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.textures.size * this.size.width * this.size.height * 4;
  }

  /** Throws ArgumentError for what a page cannot show now. */
  take(image: ImageInput): TakenImage {
    if (isRgba(image)) return { data: new Uint8Array(image.data), width: image.width, height: image.height };
    if (isBuffer(image) || isTexture(image)) return image;
    const texture = this.free.pop() ?? this.createTexture();
    try {
      this.device.queue.copyExternalImageToTexture(
        { source: image as GPUCopyExternalImageSource },
        { texture, premultipliedAlpha: false },
        [this.size.width, this.size.height],
      );
    } catch (error) {
      this.free.push(texture);
      throw new ArgumentError('image', image, `one that can be read now (${(error as Error).message})`);
    }
    return texture;
  }

  /** The image was read, or its call has failed. */
  release(image: TakenImage | undefined): void {
    const texture = image as GPUTexture | undefined;
    if (texture && this.textures.has(texture)) this.free.push(texture);
  }

  destroy(): void {
    for (const texture of this.textures) texture.destroy();
    this.textures.clear();
    this.free = [];
  }

  private createTexture(): GPUTexture {
    const texture = this.device.createTexture({
      label: 'ImageIntake.texture',
      size: [this.size.width, this.size.height],
      format: 'rgba8unorm',
      // TEXTURE_BINDING | COPY_DST | RENDER_ATTACHMENT, which copyExternalImageToTexture asks for.
      usage: 0x4 | 0x2 | 0x10,
    });
    this.textures.add(texture);
    return texture;
  }
}
