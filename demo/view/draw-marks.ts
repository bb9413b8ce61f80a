// SPDX-License-Identifier: MIT

import { gripsOfSides } from '../marks/box-edit.js';
import type { Box } from '../marks/marks.js';
import type { Point, Stroke } from '../marks/stroke.js';
import type { Size } from './viewport.js';

/** A ring at the pointer, as large as the brush. */
export interface Ring extends Point {
  radius: number;
  colour: string;
}

/**
 * Draws strokes with a thin light edge, so that they stand out from a tint of their own colour. What is erased is cut
 * out of the canvas.
 *
 * @param size of the picture on the canvas, whose upper left corner the context begins at
 */
export function drawStrokes(
  context: CanvasRenderingContext2D,
  size: Size,
  strokes: readonly Stroke[],
  colours: readonly string[],
  edge: number,
): void {
  const { width, height } = size;
  const unit = Math.max(width, height);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const { label, radius, points } of strokes) {
    const thickness = Math.max(2 * radius * unit, 1);
    const path = pathOf(points, width, height);
    context.globalCompositeOperation = label === null ? 'destination-out' : 'source-over';
    context.strokeStyle = 'rgb(255 255 255 / 0.85)';
    context.lineWidth = thickness + 2 * edge;
    context.stroke(path);
    if (label === null) continue;
    context.strokeStyle = colours[label];
    context.lineWidth = thickness;
    context.stroke(path);
  }
  context.globalCompositeOperation = 'source-over';
}

function pathOf(points: readonly Point[], width: number, height: number): Path2D {
  const path = new Path2D();
  const [first] = points;
  path.moveTo(first.x * width, first.y * height);
  // A dab: a line of almost no length has its round ends, one of none is not drawn.
  if (points.length === 1) path.lineTo(first.x * width + 0.01, first.y * height);
  for (const { x, y } of points.slice(1)) path.lineTo(x * width, y * height);
  return path;
}

export function drawRing(context: CanvasRenderingContext2D, size: Size, ring: Ring, thickness: number): void {
  const { width, height } = size;
  const radius = Math.max(ring.radius * Math.max(width, height), 2 * thickness);
  for (const [colour, extra] of [
    ['rgb(0 0 0 / 0.6)', thickness],
    ['white', 0],
  ] as const) {
    context.beginPath();
    context.arc(ring.x * width, ring.y * height, radius + extra, 0, 2 * Math.PI);
    context.lineWidth = thickness;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.beginPath();
  context.arc(ring.x * width, ring.y * height, 1.5 * thickness, 0, 2 * Math.PI);
  context.fillStyle = ring.colour;
  context.fill();
}

/** A dashed frame that is seen on dark and on light. */
export function drawBox(context: CanvasRenderingContext2D, size: Size, box: Box, thickness: number): void {
  const { width, height } = size;
  const place = [box.left * width, box.top * height, box.width * width, box.height * height] as const;
  context.lineWidth = 2 * thickness;
  context.strokeStyle = 'rgb(0 0 0 / 0.65)';
  context.strokeRect(...place);
  context.setLineDash([6 * thickness, 4 * thickness]);
  context.strokeStyle = 'white';
  context.strokeRect(...place);
  context.setLineDash([]);
}

/** Squares at the corners and the middles of the sides: here a box can be held. */
export function drawGrips(context: CanvasRenderingContext2D, size: Size, box: Box, thickness: number): void {
  const { width, height } = size;
  const side = 7 * thickness;
  context.lineWidth = thickness;
  context.fillStyle = 'white';
  context.strokeStyle = 'rgb(0 0 0 / 0.65)';
  for (const { x, y } of gripsOfSides) {
    const left = (box.left + (box.width * (1 + x)) / 2) * width - side / 2;
    const top = (box.top + (box.height * (1 + y)) / 2) * height - side / 2;
    // Whole squares, even at the picture's edge.
    const place = [
      Math.min(width - side, Math.max(0, left)),
      Math.min(height - side, Math.max(0, top)),
      side,
      side,
    ] as const;
    context.fillRect(...place);
    context.strokeRect(...place);
  }
}
