// SPDX-License-Identifier: MIT

import type { CheckedPrompts, PromptStroke } from './prompts.js';

/** Width and height in pixels. */
export interface RasterSize {
  width: number;
  height: number;
}

/** The thinnest brush, in pixels of the raster, that leaves no pixel out which its path runs through: half a diagonal. */
const smallestRadius = Math.SQRT1_2;

/**
 * What label map and strokes mark, the picture being scaled to `size`: [y, x], 0 is unmarked, k is label k - 1.
 * The box is no part of it.
 *
 * A pixel is marked where its centre is within a stroke's radius of its polyline. Scaled by different factors along x and
 * y, brushes stay round on the picture, and strokes too thin to hold a centre mark the pixels that they run through.
 */
export function rasterizeMarks(prompts: CheckedPrompts, size: RasterSize): MarkMap {
  const marks = emptyMarks(prompts, size);
  if (prompts.labelMap) takeNearest(marks, prompts, prompts.labelMap, size);
  for (const stroke of prompts.strokes) paintStroke(marks, size, prompts, stroke);
  return marks;
}

/** [y, x]: 0 is unmarked, k is label k - 1. */
export type MarkMap = Uint8Array | Uint32Array;

function emptyMarks({ labelCount }: CheckedPrompts, { width, height }: RasterSize): MarkMap {
  return labelCount < 256 ? new Uint8Array(width * height) : new Uint32Array(width * height);
}

function takeNearest(marks: MarkMap, prompts: CheckedPrompts, labelMap: ArrayLike<number>, size: RasterSize): void {
  for (let y = 0; y < size.height; y++) {
    const row = prompts.width * Math.floor(((y + 0.5) * prompts.height) / size.height);
    for (let x = 0; x < size.width; x++) {
      marks[y * size.width + x] = labelMap[row + Math.floor(((x + 0.5) * prompts.width) / size.width)];
    }
  }
}

function paintStroke(marks: MarkMap, size: RasterSize, prompts: CheckedPrompts, stroke: PromptStroke): void {
  const value = stroke.label === null ? 0 : stroke.label + 1;
  const scaleX = size.width / prompts.width;
  const scaleY = size.height / prompts.height;
  const corners = stroke.points.map(({ x, y }) => ({ x: x * scaleX, y: y * scaleY }));
  const brush = {
    radiusX: Math.max(stroke.radius * scaleX, smallestRadius),
    radiusY: Math.max(stroke.radius * scaleY, smallestRadius),
  };
  for (let i = 0; i < corners.length; i++)
    paintSegment(marks, size, corners[Math.max(0, i - 1)], corners[i], brush, value);
}

interface Corner {
  x: number;
  y: number;
}

/** All pixels whose centre an ellipse, moved from `a` to `b`, covers: measured in radii it is a circle of radius 1. */
function paintSegment(
  marks: MarkMap,
  size: RasterSize,
  a: Corner,
  b: Corner,
  { radiusX, radiusY }: { radiusX: number; radiusY: number },
  value: number,
): void {
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - radiusX));
  const right = Math.min(size.width - 1, Math.ceil(Math.max(a.x, b.x) + radiusX));
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - radiusY));
  const bottom = Math.min(size.height - 1, Math.ceil(Math.max(a.y, b.y) + radiusY));
  const alongX = (b.x - a.x) / radiusX;
  const alongY = (b.y - a.y) / radiusY;
  const lengthSquared = alongX * alongX + alongY * alongY;
  for (let y = top; y <= bottom; y++) {
    const fromY = (y + 0.5 - a.y) / radiusY;
    for (let x = left; x <= right; x++) {
      const fromX = (x + 0.5 - a.x) / radiusX;
      const part = lengthSquared > 0 ? (fromX * alongX + fromY * alongY) / lengthSquared : 0;
      const along = Math.min(1, Math.max(0, part));
      const offX = fromX - along * alongX;
      const offY = fromY - along * alongY;
      if (offX * offX + offY * offY <= 1) marks[y * size.width + x] = value;
    }
  }
}
