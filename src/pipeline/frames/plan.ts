// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import type { ResolvedInput } from '../network/description.js';
import { sizeOfInput } from '../network/input-size.js';

/** Width and height in pixels. */
export interface Extent {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

/** A rectangle in pixels, measured between edges: the pixel at 0 reaches from 0 to 1. */
export interface Rectangle extends Extent {
  x: number;
  y: number;
}

/** A target's size, and the rectangle of whole pixels in it that holds the picture. */
export interface Placement extends Extent {
  window: Rectangle;
}

/** Largest side of a target. Twice a frame's side times a target's stays within 32 bits: frames are at most 32768 wide. */
const largestSide = 16384;

/** Largest side of a frame, above every device's `maxTextureDimension2D` today. */
export const largestFrameSide = 32768;

/**
 * The size at which a network sees a frame, and where in it the picture lies.
 *
 *  - Size: the network's own, or for networks of free size what `inputSizeFor` says.
 *  - Window: with 'stretch' everything. With 'letterbox' the largest rectangle of the frame's shape, its sides rounded to
 *    whole pixels and centred; where the rest is odd, the pixel more is on the right and at the bottom.
 *
 * Throws ArgumentError for sides that are not whole numbers in range.
 */
export function planIngest(
  { size, fit }: Pick<ResolvedInput, 'size' | 'fit'>,
  frameWidth: number,
  frameHeight: number,
): Placement {
  const frame = checkFrame({ width: frameWidth, height: frameHeight });
  const { width, height } = checkInputSize(sizeOfInput(size, frame), size);
  if (fit !== 'letterbox') return { width, height, window: { x: 0, y: 0, width, height } };
  const scale = Math.min(width / frame.width, height / frame.height);
  const inner = {
    width: Math.min(width, Math.max(1, Math.round(scale * frame.width))),
    height: Math.min(height, Math.max(1, Math.round(scale * frame.height))),
  };
  const window = { x: Math.floor((width - inner.width) / 2), y: Math.floor((height - inner.height) / 2), ...inner };
  return { width, height, window };
}

/** The size at which the CRF works: the frame scaled to `longSide` pixels, sides rounded, never larger than the frame. */
export function planWorkingSize(frame: Extent, longSide: number): Extent {
  const { width, height } = checkFrame(frame);
  checkInteger('longSide', longSide, 1, largestSide);
  const scale = Math.min(1, longSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(scale * width)), height: Math.max(1, Math.round(scale * height)) };
}

function checkInputSize({ width, height }: Extent, size: ResolvedInput['size']): Extent {
  if (size.kind === 'fixed') {
    checkInteger('input.width', width, 1, largestSide);
    checkInteger('input.height', height, 1, largestSide);
  } else if (!(Math.max(width, height) <= largestSide)) {
    const allowed = `a side that is at most ${largestSide} once rounded to a multiple of ${size.multipleOf}`;
    throw new ArgumentError('input.longSide', size.longSide, allowed);
  }
  return { width, height };
}

function checkFrame({ width, height }: Extent): Extent {
  return {
    width: checkInteger('frame.width', width, 1, largestFrameSide),
    height: checkInteger('frame.height', height, 1, largestFrameSide),
  };
}
