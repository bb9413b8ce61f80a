// SPDX-License-Identifier: MIT

import type { Frame, WorkingSize } from './draw-guide.js';

/** Working pixels. */
const radius = 3;
const spatialSigma = 1.5;
/** Colours on 0..1. */
const colourSigma = 0.1;
const lineContrast = 0.1;
const lineSigma = 0.1;
const trace = 1e-3;
const margin = 0.02;

type Colour = readonly [number, number, number];

interface Near {
  colour: Colour;
  coarse: number;
  sureForeground: number;
  sureBackground: number;
  /** From the frame pixel, in working pixels. */
  distance: number;
}

/**
 * Premultiplied foreground a frame pixel, [frameHeight, frameWidth, 4], each 0..1. Opacity a is the coarse one, upsampled by a joint bilateral
 * filter, or near the edge the place of the frame's colour I on the line from the mean of the sure background B to that of the sure foreground F
 * around: a = (I - B)·(F - B)/|F - B|². The colour is F + a·(I - a·F - (1 - a)·B). Without refinement: bilinear, and the frame's colour.
 * `guide` and `edges` are [height, width, 4].
 */
export function drawForeground(
  frame: Frame,
  size: WorkingSize,
  guide: Float32Array,
  edges: Float32Array,
  refinesEdges: boolean,
): Float32Array {
  const layer = new Float32Array(4 * frame.width * frame.height);
  for (let pixel = 0; pixel < frame.width * frame.height; pixel++) {
    const bytes = frame.data.subarray(4 * pixel, 4 * pixel + 4);
    const shown: Colour = [bytes[0] / 255, bytes[1] / 255, bytes[2] / 255];
    const at = {
      x: (((pixel % frame.width) + 0.5) * size.width) / frame.width - 0.5,
      y: ((Math.floor(pixel / frame.width) + 0.5) * size.height) / frame.height - 0.5,
    };
    const [opacity, colour] = refinesEdges
      ? refined(shown, at, size, guide, edges)
      : [bilinear(guide, 3, at, size), shown];
    const alpha = (opacity * bytes[3]) / 255;
    for (let c = 0; c < 3; c++) layer[4 * pixel + c] = alpha * Math.min(Math.max(colour[c], 0), 1);
    layer[4 * pixel + 3] = alpha;
  }
  return layer;
}

function refined(
  shown: Colour,
  at: { x: number; y: number },
  size: WorkingSize,
  guide: Float32Array,
  edges: Float32Array,
): [opacity: number, colour: Colour] {
  const nearestX = clamp(Math.floor(at.x + 0.5), 0, size.width - 1);
  const nearestY = clamp(Math.floor(at.y + 0.5), 0, size.height - 1);
  const nearest = 4 * (nearestY * size.width + nearestX);
  if (edges[nearest + 2] >= 1 - margin) return [1, shown];
  if (edges[nearest + 3] <= margin) return [0, shown];

  const around: Near[] = [];
  for (let y = nearestY - radius; y <= nearestY + radius; y++) {
    for (let x = nearestX - radius; x <= nearestX + radius; x++) {
      if (x < 0 || y < 0 || x >= size.width || y >= size.height) continue;
      const i = 4 * (y * size.width + x);
      around.push({
        colour: [guide[i], guide[i + 1], guide[i + 2]],
        coarse: guide[i + 3],
        sureForeground: edges[i],
        sureBackground: edges[i + 1],
        distance: Math.hypot(x - at.x, y - at.y),
      });
    }
  }
  const close = ({ distance }: Near) => Math.exp(-(distance ** 2) / (2 * spatialSigma ** 2));
  const alike = (near: Near) =>
    close(near) * (Math.exp(-squaredDistance(shown, near.colour) / (2 * colourSigma ** 2)) + trace);
  const total = (weight: (near: Near) => number) => around.reduce((sum, near) => sum + weight(near), 0);
  const upsampled = total((near) => alike(near) * near.coarse) / total(alike);

  const inside = (near: Near) => close(near) * near.sureForeground;
  const outside = (near: Near) => close(near) * near.sureBackground;
  const meanOf = (weight: (near: Near) => number): Colour => {
    const channel = (c: 0 | 1 | 2) =>
      (total((near) => weight(near) * near.colour[c]) + trace * shown[c]) / (total(weight) + trace);
    return [channel(0), channel(1), channel(2)];
  };
  const [f, b] = [meanOf(inside), meanOf(outside)];
  const contrast = squaredDistance(f, b);
  const along = f.reduce((sum, value, c) => sum + (shown[c] - b[c]) * (value - b[c]), 0);
  const place = clamp(along / Math.max(contrast, 1e-6), 0, 1);
  const offLine = squaredDistance(shown, blend(b, f, place));
  const known = Math.min(total(inside), total(outside));
  const sure = Math.max(bilinear(edges, 0, at, size), bilinear(edges, 1, at, size));
  const trust =
    (1 - sure) *
    (known / (known + 10 * trace)) *
    (contrast / (contrast + lineContrast ** 2)) *
    Math.exp(-offLine / (2 * lineSigma ** 2));
  const a = clamp((upsampled + trust * (place - upsampled) - margin) / (1 - 2 * margin), 0, 1);
  const mixture = blend(b, f, a);
  const own = (c: 0 | 1 | 2) => f[c] + a * (shown[c] - mixture[c]);
  return [a, [own(0), own(1), own(2)]];
}

function bilinear(values: Float32Array, channel: number, at: { x: number; y: number }, size: WorkingSize): number {
  const [baseX, baseY] = [Math.floor(at.x), Math.floor(at.y)];
  let sum = 0;
  for (const [y, weightY] of [
    [baseY, 1 - (at.y - baseY)],
    [baseY + 1, at.y - baseY],
  ]) {
    for (const [x, weightX] of [
      [baseX, 1 - (at.x - baseX)],
      [baseX + 1, at.x - baseX],
    ]) {
      const index = clamp(y, 0, size.height - 1) * size.width + clamp(x, 0, size.width - 1);
      sum += weightX * weightY * values[4 * index + channel];
    }
  }
  return sum;
}

function blend(a: Colour, b: Colour, part: number): Colour {
  return [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2])];
}

function squaredDistance(a: Colour, b: Colour): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
