// SPDX-License-Identifier: MIT

import { isTexture } from '../gpu/given-objects.js';
import { unreadable } from '../problem/page-image.js';
import type { RgbaImage } from '../problem/types.js';
import { contextOf } from './drawing/canvas-context.js';
import { changesByItself, keptColours, viewOfKept } from './drawing/kept-labels.js';
import { Painter } from './drawing/painter.js';
import { configureCanvas, type DrawTarget, type PaintTarget, preferredFormat } from './drawing/target.js';
import { checkViewWith, type View } from './drawing/view.js';
import { FrameCapture, type FrameSource } from './frames/frame-capture.js';
import { readFrame } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { StageContext } from './frames/stage-context.js';
import type { Drawn } from './path.js';

/** Draws results of one device into canvases and textures. */
export class ResultPainter {
  /** Made for the first call that is not refused. */
  private made: Painter | undefined;
  /** Holds a background image that is no texture. */
  private capture: FrameCapture | undefined;
  private captured: FrameSource | undefined;

  constructor(
    private readonly context: StageContext,
    private readonly device: GPUDevice,
  ) {}

  get bytes(): number {
    return (this.made?.bytes ?? 0) + (this.capture?.bytes ?? 0);
  }

  /** @param frame the picture that the result is of */
  async paint(drawn: Drawn, frame: GPUTexture, target: DrawTarget): Promise<void> {
    const view = await this.resolve(drawn, frame);
    const surface = surfaceOf(target, this.device);
    await this.prepare(drawn, frame, view, surface.format);
    await this.painter.draw(view, surface.target);
  }

  /** The view as bytes with straight alpha, at the frame's size unless another is given. */
  async export(drawn: Drawn, frame: GPUTexture, size: Extent | undefined): Promise<RgbaImage> {
    const view = await this.resolve(drawn, frame);
    await this.prepare(drawn, frame, view, 'rgba8unorm');
    return await this.painter.exportImage(view, size);
  }

  destroy(): void {
    this.made?.destroy();
    this.capture?.destroy();
  }

  private get painter(): Painter {
    this.made ??= new Painter(this.device);
    return this.made;
  }

  private async prepare(
    { segmentation, colours }: Drawn,
    frame: GPUTexture,
    { kind }: View,
    format: GPUTextureFormat,
  ): Promise<void> {
    const { width, height, gpu, keptLabels } = segmentation;
    const labels = { width, height, labelCount: keptLabels.length, labelMap: gpu.labelMap, marginals: gpu.marginals };
    await this.painter.prepare({
      sources: { frame, labels },
      views: [kind],
      formats: [format],
      colours: keptColours(colours, keptLabels),
    });
  }

  /** The painter knows labels by their places among those that were kept, and images as textures. */
  private async resolve({ segmentation, view }: Drawn, frame: GPUTexture): Promise<View> {
    const { image } = checkViewWith(view, frame, segmentation.labels.length, (given) => {
      readFrame(given as FrameSource, (_argument, side) => side as number, 'view.image');
      return given as FrameSource;
    });
    const kept = viewOfKept(view, segmentation);
    if (kept.kind !== 'image' || image === undefined) return kept as View;
    return { ...kept, image: await this.textureOf(image) };
  }

  private async textureOf(image: FrameSource): Promise<GPUTexture> {
    if (isTexture(image)) return image;
    const { device } = this.context;
    this.capture ??= new FrameCapture(this.context, 'view.image');
    const { capture } = this;
    if (this.captured === image && !changesByItself(image)) return capture.texture;
    this.captured = undefined;
    await capture.prepare(image);
    const { error } = device.listen(() =>
      device.submit('background image', (encoder) => void capture.encode(encoder, image)),
    );
    const refusal = (await error) ?? (await device.settle());
    if (refusal) {
      capture.destroy();
      throw unreadable('view.image', image, refusal);
    }
    this.captured = image;
    return capture.texture;
  }
}

/** Canvases are configured once a device. */
function surfaceOf(target: DrawTarget, device: GPUDevice): { target: PaintTarget; format: GPUTextureFormat } {
  if ('getContext' in target) {
    const context = contextOf(target, 'webgpu');
    const configured = context.getConfiguration?.();
    const format = configured?.device === device ? configured.format : configureCanvas(context, device);
    return { target: context, format };
  }
  if ('getCurrentTexture' in target) {
    const format = target.getConfiguration?.()?.format ?? preferredFormat();
    return { target, format };
  }
  return { target, format: target.format };
}
