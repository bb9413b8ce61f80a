// SPDX-License-Identifier: MIT

import type { Box, Marks } from './marks.js';
import { unmarked } from './stroke.js';

/**
 * Which label each pixel is marked with, [y, x], `unmarked` elsewhere. Outside of the box is the first label; a later
 * stroke covers an earlier one.
 */
export function rasterize({ strokes, box }: Marks, width: number, height: number): Uint8Array {
  const marks = new Uint8Array(width * height).fill(unmarked);
  if (box) fillOutside(marks, width, height, box);
  for (const stroke of strokes) {
    const value = stroke.label ?? unmarked;
    // Even the thinnest stroke marks the pixels it runs through.
    const radius = Math.max(stroke.radius * Math.max(width, height), 0.71);
    const corners = stroke.points.map(({ x, y }) => ({ x: x * width, y: y * height }));
    for (let i = 0; i < corners.length; i++) {
      fillCapsule(marks, width, height, corners[Math.max(0, i - 1)], corners[i], radius, value);
    }
  }
  return marks;
}

function fillOutside(marks: Uint8Array, width: number, height: number, box: Box): void {
  const [left, right] = [Math.round(box.left * width), Math.round((box.left + box.width) * width)];
  const [top, bottom] = [Math.round(box.top * height), Math.round((box.top + box.height) * height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x < left || x >= right || y < top || y >= bottom) marks[y * width + x] = 0;
    }
  }
}

interface Corner {
  x: number;
  y: number;
}

/** All pixels whose centre is within `radius` of the segment from `a` to `b`, in pixels. */
function fillCapsule(
  marks: Uint8Array,
  width: number,
  height: number,
  a: Corner,
  b: Corner,
  radius: number,
  value: number,
): void {
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius));
  const right = Math.min(width - 1, Math.ceil(Math.max(a.x, b.x) + radius));
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - radius));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(a.y, b.y) + radius));
  const alongX = b.x - a.x;
  const alongY = b.y - a.y;
  const lengthSquared = alongX * alongX + alongY * alongY;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const fromX = x + 0.5 - a.x;
      const fromY = y + 0.5 - a.y;
      const along = lengthSquared > 0 ? Math.min(1, Math.max(0, (fromX * alongX + fromY * alongY) / lengthSquared)) : 0;
      const acrossX = fromX - along * alongX;
      const acrossY = fromY - along * alongY;
      if (acrossX * acrossX + acrossY * acrossY <= radius * radius) marks[y * width + x] = value;
    }
  }
}
