// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { reading } from '../../problem/reading.js';

type Canvas = HTMLCanvasElement | OffscreenCanvas;

interface Contexts {
  webgpu: GPUCanvasContext;
  '2d': CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
}

/** By canvas: Firefox throws where a canvas that was given to a worker is asked for its context again. */
const kept: { [Kind in keyof Contexts]: WeakMap<Canvas, Contexts[Kind]> } = {
  webgpu: new WeakMap(),
  '2d': new WeakMap(),
};

/** A canvas' context, asked for once. Throws ArgumentError for a canvas that has one of another kind. */
export function contextOf<Kind extends keyof Contexts>(canvas: Canvas, kind: Kind): Contexts[Kind] {
  const known = kept[kind].get(canvas);
  if (known) return known;
  const context = reading('target', canvas, () => canvas.getContext(kind) as Contexts[Kind] | null);
  if (!context) throw new ArgumentError('target', canvas, 'a canvas without another kind of context');
  kept[kind].set(canvas, context);
  return context;
}
