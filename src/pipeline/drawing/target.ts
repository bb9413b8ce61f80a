// SPDX-License-Identifier: MIT

import { checkInteger, checkObject } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';

/** A part of a texture to draw on, where a view of it is all there is. */
export interface ViewTarget {
  view: GPUTextureView;
  /** Pixels. */
  width: number;
  height: number;
  format: GPUTextureFormat;
}

/** A configured canvas, a texture with usage RENDER_ATTACHMENT, or a view of one. */
export type PaintTarget = GPUCanvasContext | GPUTexture | ViewTarget;

/**
 * Gives a canvas to a painter of this device: premultiplied alpha, so that transparent places show the page, and the format that the
 * browser likes best, which is returned. The canvas' width and height are its user's to set, device pixels included.
 */
export function configureCanvas(context: GPUCanvasContext, device: GPUDevice): GPUTextureFormat {
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: 'premultiplied' });
  return format;
}

/** Throws ArgumentError for what can't be drawn on. A canvas' texture lives one frame. */
export function openTarget(target: PaintTarget): ViewTarget {
  checkObject('target', target);
  if ('getCurrentTexture' in target) return viewOf(target.getCurrentTexture());
  if ('createView' in target) {
    // GPUTextureUsage.RENDER_ATTACHMENT
    if ((target.usage & 16) === 0) {
      throw new ArgumentError('target.usage', target.usage, 'a usage with RENDER_ATTACHMENT');
    }
    return viewOf(target);
  }
  if (!('view' in target))
    throw new ArgumentError('target', target, 'a canvas context, a texture or { view, width, height, format }');
  checkInteger('target.width', target.width, 1, 65536);
  checkInteger('target.height', target.height, 1, 65536);
  return target;
}

function viewOf(texture: GPUTexture): ViewTarget {
  return { view: texture.createView(), width: texture.width, height: texture.height, format: texture.format };
}
