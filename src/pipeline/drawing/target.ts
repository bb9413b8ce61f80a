// SPDX-License-Identifier: MIT

import { checkDrawnTexture, type GivenObject, isTexture } from '../../gpu/given-objects.js';
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

/** The context of a canvas, for WebGPU. Throws ArgumentError where it can have none. */
export function contextOf(canvas: HTMLCanvasElement | OffscreenCanvas): GPUCanvasContext {
  try {
    const context = canvas.getContext('webgpu') as GPUCanvasContext | null;
    if (context) return context;
  } catch {
    // It was given to a worker.
  }
  throw new ArgumentError('target', canvas, 'a canvas that was not transferred and has no context of another kind');
}

/** Throws ArgumentError for what can't be drawn on. A canvas' texture lives one frame. */
export function openTarget(target: PaintTarget, device: GPUDevice): ViewTarget {
  checkObject('target', target);
  if ('getCurrentTexture' in target) return viewOf(currentTexture(target, device));
  if (isTexture(target)) return viewOf(checkDrawnTexture('target', target));
  if (!('view' in target))
    throw new ArgumentError('target', target, 'a canvas context, a texture or { view, width, height, format }');
  checkInteger('target.width', target.width, 1, 65536);
  checkInteger('target.height', target.height, 1, 65536);
  return target;
}

/** What a target consists of, but for a canvas. Throws ArgumentError for what can't be drawn on. */
export function objectsOfTarget(target: PaintTarget): GivenObject[] {
  checkObject('target', target);
  if (isTexture(target)) return [{ argument: 'target', value: checkDrawnTexture('target', target) }];
  return 'view' in target ? [{ argument: 'target.view', value: target.view }] : [];
}

function currentTexture(context: GPUCanvasContext, device: GPUDevice): GPUTexture {
  // Older browsers don't say what a canvas is configured for.
  const configured = context.getConfiguration?.();
  const { width, height } = context.canvas;
  if (!(width > 0 && height > 0)) throw new ArgumentError('target', `${width}×${height}`, 'a canvas of at least a pixel');
  if (configured && configured.device !== device) {
    throw new ArgumentError('target', context, 'a canvas that is configured for the device in use');
  }
  try {
    return context.getCurrentTexture();
  } catch (cause) {
    const { message } = cause as Error;
    throw new ArgumentError('target', context, `a configured canvas (${message})`, { cause });
  }
}

function viewOf(texture: GPUTexture): ViewTarget {
  return { view: texture.createView(), width: texture.width, height: texture.height, format: texture.format };
}
