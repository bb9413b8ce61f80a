// SPDX-License-Identifier: MIT

import { drawPageImage, type PageImage, readingCanvas, readingPageImage } from '../problem/page-image.js';
import type { ScopedDevice } from './scoped-device.js';

/**
 * Copies what a page shows into textures. Browsers differ in what they copy: Firefox takes no video, no VideoFrame and no ImageData
 * (Firefox 153). What the browser refuses by its kind is drawn on a canvas first, which is kept: a steady stream of one size creates nothing.
 */
export class ImageUpload {
  private drawing: OffscreenCanvasRenderingContext2D | undefined;

  constructor(private readonly device: ScopedDevice) {}

  /**
   * Fills a texture with a picture of its size: bytes as they are, sRGB-encoded, alpha straight. Done at once.
   *
   * @param argument what the picture is called in messages
   * @param texture rgba8unorm, with COPY_DST and RENDER_ATTACHMENT
   *
   * Throws ArgumentError for a picture that can't be read, as one of another origin without CORS.
   */
  copy(argument: string, image: PageImage | ImageData, texture: GPUTexture): void {
    readingPageImage(argument, image, () => {
      try {
        this.copyDirectly(image, texture);
      } catch (error) {
        if ((error as Error).name !== 'TypeError') throw error;
        this.copyDirectly(this.drawn(argument, image, texture), texture);
      }
    });
  }

  private copyDirectly(source: GPUCopyExternalImageSource, texture: GPUTexture): void {
    this.device.queue.copyExternalImageToTexture(
      { source },
      { texture, premultipliedAlpha: false, colorSpace: 'srgb' },
      [texture.width, texture.height],
    );
  }

  private drawn(argument: string, image: PageImage | ImageData, { width, height }: GPUTexture): OffscreenCanvas {
    const { drawing } = this;
    const fits = drawing?.canvas.width === width && drawing.canvas.height === height;
    const current = fits ? drawing : readingCanvas(argument, image, { width, height });
    this.drawing = current;
    drawPageImage(current, image);
    return current.canvas;
  }
}
