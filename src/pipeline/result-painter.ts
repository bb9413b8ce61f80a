// SPDX-License-Identifier: MIT

import type { Segmentation } from './api.js';
import { Painter } from './drawing/painter.js';
import { configureCanvas, contextOf, type PaintTarget } from './drawing/target.js';
import { entryPointOf, type View } from './drawing/view.js';

export type DrawTarget = HTMLCanvasElement | OffscreenCanvas | PaintTarget;

/** Draws results of one device into canvases and textures. */
export class ResultPainter {
  private readonly painter: Painter;

  constructor(readonly device: GPUDevice) {
    this.painter = new Painter(device);
  }

  get bytes(): number {
    return this.painter.bytes;
  }

  /**
   * @param frame the picture that the result is of
   * @param colours `#rrggbb`, one for every label that the network has
   */
  async paint(
    result: Segmentation,
    frame: GPUTexture,
    colours: readonly string[],
    view: View,
    target: DrawTarget,
  ): Promise<void> {
    const { painter, device } = this;
    const surface = surfaceOf(target, device);
    const { width, height, gpu, keptLabels } = result;
    const labels = { width, height, labelCount: keptLabels.length, labelMap: gpu.labelMap, marginals: gpu.marginals };
    await painter.prepare({
      sources: { frame, labels },
      views: [view.kind],
      formats: [surface.format],
      colours: keptLabels.map((label) => colours[label]),
    });
    await painter.draw(viewOfKept(view, result), surface.target);
  }

  destroy(): void {
    this.painter.destroy();
  }
}

/** The painter knows labels by their places among those that were kept. */
function viewOfKept(view: View, { keptLabels, labels }: Segmentation): View {
  if (keptLabels.length === labels.length || entryPointOf(view.kind) !== 'composite') return view;
  const wanted = ('foreground' in view && view.foreground) || keptLabels.filter((label) => label !== 0);
  const places = wanted.map((label) => keptLabels.indexOf(label)).filter((place) => place >= 0);
  return { ...view, foreground: places } as View;
}

/** Canvases are configured once a device. */
function surfaceOf(target: DrawTarget, device: GPUDevice): { target: PaintTarget; format: GPUTextureFormat } {
  if ('getContext' in target) {
    const context = contextOf(target);
    const configured = context.getConfiguration?.();
    const format = configured?.device === device ? configured.format : configureCanvas(context, device);
    return { target: context, format };
  }
  if ('getCurrentTexture' in target) {
    const format = target.getConfiguration?.()?.format ?? navigator.gpu.getPreferredCanvasFormat();
    return { target, format };
  }
  return { target, format: target.format };
}
