// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';
import { hasMethods, isTextureObject } from '../problem/platform-objects.js';
import { reading, readObject, readProperties } from '../problem/reading.js';
import type { Segmentation } from './api.js';
import { Painter } from './drawing/painter.js';
import { checkFormat, configureCanvas, isCanvasContext, type PaintTarget, preferredFormat } from './drawing/target.js';
import { checkView, entryPointOf, type ResolvedView, type View } from './drawing/view.js';

/** Where a pipeline draws: a canvas, which it configures, or what a painter takes. */
export type DrawTarget = HTMLCanvasElement | OffscreenCanvas | PaintTarget;

/** Draws results of one device into canvases and textures. */
export class ResultPainter {
  /** Made for the first call that is not refused. */
  private painter: Painter | undefined;

  constructor(readonly device: GPUDevice) {}

  get bytes(): number {
    return this.painter?.bytes ?? 0;
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
    const { device } = this;
    const checked = checkView(view, frame, result.labels.length);
    const surface = surfaceOf(target, device);
    this.painter ??= new Painter(device);
    const { painter } = this;
    const { width, height, gpu, keptLabels } = result;
    const labels = { width, height, labelCount: keptLabels.length, labelMap: gpu.labelMap, marginals: gpu.marginals };
    await painter.prepare({
      sources: { frame, labels },
      views: [checked.kind],
      formats: [surface.format],
      colours: keptLabels.map((label) => colours[label]),
    });
    await painter.draw(viewOfKept(view, checked, result), surface.target);
  }

  destroy(): void {
    this.painter?.destroy();
  }
}

/** The painter knows labels by their places among those that were kept. */
function viewOfKept(view: View, checked: ResolvedView, { keptLabels, labels }: Segmentation): View {
  if (keptLabels.length === labels.length || entryPointOf(checked.kind) !== 'composite') return view;
  const wanted = checked.foreground ?? keptLabels.filter((label) => label !== 0);
  const foreground = wanted.map((label) => keptLabels.indexOf(label)).filter((place) => place >= 0);
  return { ...readObject('view', view), foreground } as unknown as View;
}

/** Throws ArgumentError for what is no canvas, texture or view of one. */
export function checkDrawTarget(target: unknown): void {
  if (hasMethods('target', target, 'getContext') || isCanvasContext('target', target)) return;
  if (isTextureObject('target', target)) return;
  const { view, format } = readProperties('target', target, ['view', 'width', 'height', 'format']);
  if (typeof view !== 'object' || view === null) {
    throw new ArgumentError('target', target, 'a canvas, its context, a texture or { view, width, height, format }');
  }
  checkFormat('target.format', format);
}

/** Contexts by canvas: Firefox throws where a canvas that was given to a worker is asked for its context again. */
const contexts = new WeakMap<HTMLCanvasElement | OffscreenCanvas, GPUCanvasContext>();

/** Canvases are configured once a device. */
function surfaceOf(target: DrawTarget, device: GPUDevice): { target: PaintTarget; format: GPUTextureFormat } {
  if ('getContext' in target) {
    const context = contextOf(target);
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

function contextOf(canvas: HTMLCanvasElement | OffscreenCanvas): GPUCanvasContext {
  const kept = contexts.get(canvas);
  if (kept) return kept;
  const context = reading('target', canvas, () => canvas.getContext('webgpu') as GPUCanvasContext | null);
  if (!context) throw new ArgumentError('target', canvas, 'a canvas without another kind of context');
  contexts.set(canvas, context);
  return context;
}
