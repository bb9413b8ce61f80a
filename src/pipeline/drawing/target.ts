// SPDX-License-Identifier: MIT

import { checkDrawnTexture, type GivenObject } from '../../gpu/given-objects.js';
import { checkChoice, checkInteger } from '../../problem/checks.js';
import { ArgumentError, DeviceError } from '../../problem/errors.js';
import { checkDevice, hasMethods, isTextureObject } from '../../problem/platform-objects.js';
import { reading, readProperties } from '../../problem/reading.js';

/** A part of a texture to draw on, where a view of it is all there is. */
export interface ViewTarget {
  /** Of a texture with usage RENDER_ATTACHMENT. */
  view: GPUTextureView;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Of the view. */
  format: GPUTextureFormat;
}

/** A configured canvas, a texture with usage RENDER_ATTACHMENT, or a view of one. */
export type PaintTarget = GPUCanvasContext | GPUTexture | ViewTarget;

/** Where a pipeline draws: a canvas, which it configures, or what a painter takes; on the CPU canvases alone. */
export type DrawTarget = HTMLCanvasElement | OffscreenCanvas | PaintTarget;

/** Formats that a picture of colours can be drawn into. */
const formats = [
  ...([
    'rgba8unorm',
    'rgba8unorm-srgb',
    'bgra8unorm',
    'bgra8unorm-srgb',
    'rgb10a2unorm',
    'r8unorm',
    'rg8unorm',
  ] as const),
  ...(['r16float', 'rg16float', 'rgba16float', 'r32float', 'rg32float', 'rgba32float'] as const),
] as const satisfies readonly GPUTextureFormat[];

/** Throws ArgumentError for what is no format, or none of colours. */
export function checkFormat(argument: string, value: unknown): GPUTextureFormat {
  return checkChoice(argument, value, formats);
}

/** The format that the browser likes best for canvases. Throws DeviceError where there is no WebGPU to ask. */
export function preferredFormat(): GPUTextureFormat {
  const gpu = globalThis.navigator?.gpu;
  if (gpu) return gpu.getPreferredCanvasFormat();
  throw new DeviceError('there is no navigator.gpu here, which says which format canvases have: name the format');
}

/**
 * Gives a canvas to a painter of this device: premultiplied alpha, so that transparent places show the page, and the format that the
 * browser likes best, which is returned. The canvas' width and height are its user's to set, device pixels included. Throws ArgumentError for what is
 * no context of a canvas or no device.
 */
export function configureCanvas(context: GPUCanvasContext, device: GPUDevice): GPUTextureFormat {
  if (!isCanvasContext('context', context)) throw new ArgumentError('context', context, canvasContext);
  const checked = checkDevice('device', device);
  if (!checked) throw new ArgumentError('device', device, 'a GPUDevice');
  const format = preferredFormat();
  reading('context', context, () => context.configure({ device: checked, format, alphaMode: 'premultiplied' }));
  return format;
}

const canvasContext = "what a canvas' getContext('webgpu') gave";

/** Whether a target is the context of a canvas. */
export function isCanvasContext(argument: string, value: unknown): value is GPUCanvasContext {
  return hasMethods(argument, value, 'configure', 'getCurrentTexture');
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

/** Throws ArgumentError for what can't be drawn on. A canvas' texture lives one frame. */
export function openTarget(target: unknown, device: GPUDevice): ViewTarget {
  if (isCanvasContext('target', target)) return viewOf(currentTexture(target, device));
  if (isTextureObject('target', target)) return viewOf(checkDrawnTexture('target', target as GPUTexture));
  const given = readProperties('target', target, ['view', 'width', 'height', 'format']);
  if (typeof given.view !== 'object' || given.view === null) {
    throw new ArgumentError('target', target, 'a canvas context, a texture or { view, width, height, format }');
  }
  return {
    view: given.view as GPUTextureView,
    width: checkInteger('target.width', given.width, 1, 65536),
    height: checkInteger('target.height', given.height, 1, 65536),
    format: checkFormat('target.format', given.format),
  };
}

/** What a target consists of, but for a canvas. Throws ArgumentError for what can't be drawn on. */
export function objectsOfTarget(target: PaintTarget): GivenObject[] {
  if (isCanvasContext('target', target)) return [];
  if (isTextureObject('target', target)) {
    return [{ argument: 'target', value: checkDrawnTexture('target', target as GPUTexture) }];
  }
  const { view } = readProperties('target', target, ['view']);
  return typeof view === 'object' && view !== null ? [{ argument: 'target.view', value: view as GPUTextureView }] : [];
}

function currentTexture(context: GPUCanvasContext, device: GPUDevice): GPUTexture {
  // Older browsers don't say what a canvas is configured for.
  const configured = context.getConfiguration?.();
  checkPixels(context.canvas);
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

/** Throws ArgumentError for a canvas without pixels. */
export function checkPixels(canvas: { width: number; height: number } | undefined): void {
  if (!canvas || (canvas.width > 0 && canvas.height > 0)) return;
  throw new ArgumentError('target', `${canvas.width}×${canvas.height}`, 'a canvas of at least one pixel');
}

function viewOf(texture: GPUTexture): ViewTarget {
  return { view: texture.createView(), width: texture.width, height: texture.height, format: texture.format };
}
