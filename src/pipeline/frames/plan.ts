// SPDX-License-Identifier: MIT

import { checkInteger } from '../../crf/checks.js';
import { ArgumentError } from '../../crf/errors.js';

/** Width and height in pixels. */
export interface Extent {
  width: number;
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

/** What of a network's input says how large it is and how pictures are fitted: see `NetworkInput`. */
export type IngestInput = (Extent | { longSide: number; multipleOf?: number }) & { fit?: 'stretch' | 'letterbox' };

/** Largest side of a target. Twice a frame's side times a target's stays within 32 bits: frames are at most 32768 wide. */
const largestSide = 16384;

/** Largest side of a frame, above every device's `maxTextureDimension2D` today. */
const largestFrameSide = 32768;

/**
 * The size at which a network sees a frame, and where in it the picture lies.
 *
 *  - Size: `width`×`height`, or the frame scaled to `longSide`, each side then rounded to the nearest multiple of `multipleOf`
 *    (at least one).
 *  - Window: with 'stretch' (default) everything. With 'letterbox' the largest rectangle of the frame's shape, its sides rounded to
 *    whole pixels and centred; where the rest is odd, the pixel more is on the right and at the bottom.
 *
 * Throws ArgumentError for sides that are not whole numbers in range.
 */
export function planIngest(input: IngestInput, frameWidth: number, frameHeight: number): Placement {
  const frame = checkFrame({ width: frameWidth, height: frameHeight });
  const { width, height } = 'longSide' in input ? freeSize(input, frame) : fixedSize(input);
  if (input.fit !== 'letterbox') return { width, height, window: { x: 0, y: 0, width, height } };
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

function fixedSize({ width, height }: Extent): Extent {
  return {
    width: checkInteger('input.width', width, 1, largestSide),
    height: checkInteger('input.height', height, 1, largestSide),
  };
}

function freeSize({ longSide, multipleOf = 1 }: { longSide: number; multipleOf?: number }, frame: Extent): Extent {
  checkInteger('input.longSide', longSide, 1, largestSide);
  checkInteger('input.multipleOf', multipleOf, 1, largestSide);
  const scale = longSide / Math.max(frame.width, frame.height);
  const side = (extent: number) => multipleOf * Math.max(1, Math.round((scale * extent) / multipleOf));
  const size = { width: side(frame.width), height: side(frame.height) };
  const long = Math.max(size.width, size.height);
  if (long > largestSide) {
    throw new ArgumentError(
      'input.longSide',
      longSide,
      `a side that is at most ${largestSide} once rounded, not ${long}`,
    );
  }
  return size;
}

function checkFrame({ width, height }: Extent): Extent {
  return {
    width: checkInteger('frame.width', width, 1, largestFrameSide),
    height: checkInteger('frame.height', height, 1, largestFrameSide),
  };
}
