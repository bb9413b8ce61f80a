// SPDX-License-Identifier: MIT

import { checkColours } from '../../problem/colours.js';
import { ArgumentError } from '../../problem/errors.js';
import type { RgbaImage } from '../../problem/types.js';
import { contextOf } from '../drawing/canvas-context.js';
import { changesByItself, keptColours, viewOfKept } from '../drawing/kept-labels.js';
import { checkPixels, type DrawTarget } from '../drawing/target.js';
import { checkViewWith, type ResolvedView } from '../drawing/view.js';
import type { FrameSource } from '../frames/frame-source.js';
import type { Extent } from '../frames/plan.js';
import type { Drawn } from '../path.js';
import type { CpuSegmentation } from './cpu-segmentation.js';
import { CpuPainter } from './drawing/painter.js';
import { type CpuScene, type Layer, layerOf } from './drawing/scene.js';
import { checkCpuFrame, FrameReader } from './frame-reader.js';

/** Draws results of the CPU into 2-D canvases. */
export class CanvasPainter {
  private readonly painter = new CpuPainter();
  private readonly images = new FrameReader('view.image');
  private image: { source: FrameSource; layer: Layer } | undefined;
  private picture: ImageData | undefined;

  /** Throws ArgumentError for a view, and for what is no canvas with pixels and without another kind of context. */
  paint(drawn: Drawn, frame: RgbaImage, target: DrawTarget): void {
    const scene = sceneOf(drawn, frame);
    const view = this.resolve(drawn, frame);
    const drawing = drawingOf(target);
    const { width, height } = drawing.canvas;
    if (this.picture?.width !== width || this.picture.height !== height) this.picture = new ImageData(width, height);
    this.painter.paint(scene, view, { width, height }, this.picture.data as Uint8ClampedArray<ArrayBuffer>);
    drawing.putImageData(this.picture, 0, 0);
  }

  export(drawn: Drawn, frame: RgbaImage, { width, height }: Extent): RgbaImage {
    const data = this.painter.paint(sceneOf(drawn, frame), this.resolve(drawn, frame), { width, height });
    return { data, width, height };
  }

  private resolve({ segmentation, view }: Drawn, frame: RgbaImage): ResolvedView<Layer> {
    const { labels, keptLabels } = segmentation;
    // As it was given, for errors; then for the labels that were kept.
    checkViewWith(view, frame, labels.length, (image) => checkCpuFrame(image as FrameSource, 'view.image'));
    return checkViewWith(viewOfKept(view, segmentation), frame, keptLabels.length, (image) =>
      this.layerFor(image as FrameSource),
    );
  }

  private layerFor(source: FrameSource): Layer {
    if (this.image?.source === source && !changesByItself(source)) return this.image.layer;
    this.image = { source, layer: layerOf(this.images.read(source)) };
    return this.image.layer;
  }
}

function sceneOf({ segmentation, colours }: Drawn, frame: RgbaImage): CpuScene {
  const { width, height, keptLabels, drawn } = segmentation as CpuSegmentation;
  const { length: labelCount } = keptLabels;
  return {
    frame,
    labels: { width, height, labelCount, ...drawn },
    colours: checkColours('colours', keptColours(colours, keptLabels), labelCount),
  };
}

function drawingOf(target: DrawTarget) {
  if (!('getContext' in target))
    throw new ArgumentError('target', target, "a canvas: backend 'cpu' draws on no GPU object");
  const drawing = contextOf(target, '2d');
  checkPixels(drawing.canvas);
  return drawing;
}
