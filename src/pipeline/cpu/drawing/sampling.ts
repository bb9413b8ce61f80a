// SPDX-License-Identifier: MIT

import type { Layer } from './scene.js';

/** Where the target's pixels lie along one axis of a layer: bilinear samples, `taps` a target pixel. */
export interface Axis {
  taps: number;
  /** Places of the two pixels that a sample lies between, and its part of the way, [targetLength·taps]. */
  low: Int32Array;
  high: Int32Array;
  part: Float32Array;
  /** Every sample is a pixel's own centre. */
  isExact: boolean;
}

/**
 * @param offset position in the layer of target position p is offset + step·p, in its pixels, 0 at its edge
 * @param length of the layer
 */
export function axisOf(targetLength: number, offset: number, step: number, taps: number, length: number): Axis {
  const count = targetLength * taps;
  const [low, high, part] = [new Int32Array(count), new Int32Array(count), new Float32Array(count)];
  let isExact = taps === 1;
  for (let i = 0; i < count; i++) {
    const position = offset + step * (Math.floor(i / taps) + ((i % taps) + 0.5) / taps) - 0.5;
    // Whole, but for rounding.
    const base = Math.floor(position + 1e-6);
    const rest = Math.max(position - base, 0);
    low[i] = Math.min(Math.max(base, 0), length - 1);
    high[i] = Math.min(Math.max(base + 1, 0), length - 1);
    part[i] = rest < 1e-6 ? 0 : rest;
    if (part[i] !== 0) isExact = false;
  }
  return { taps, low, high, part, isExact };
}

/** Mean of a layer's samples under a target pixel: premultiplied red, green, blue, opacity. */
export function sampleLayer(
  { pixels, width }: Layer,
  columns: Axis,
  rows: Axis,
  x: number,
  y: number,
  into: Float32Array,
): void {
  if (columns.isExact && rows.isExact) {
    const from = 4 * (rows.low[y] * width + columns.low[x]);
    into[0] = pixels[from];
    into[1] = pixels[from + 1];
    into[2] = pixels[from + 2];
    into[3] = pixels[from + 3];
    return;
  }
  const xTaps = columns.taps;
  const yTaps = rows.taps;
  const share = 1 / (xTaps * yTaps);
  let red = 0;
  let green = 0;
  let blue = 0;
  let opacity = 0;
  for (let j = y * yTaps; j < (y + 1) * yTaps; j++) {
    const down = rows.part[j];
    const top = rows.low[j] * width;
    const bottom = rows.high[j] * width;
    for (let i = x * xTaps; i < (x + 1) * xTaps; i++) {
      const across = columns.part[i];
      const left = columns.low[i];
      const right = columns.high[i];
      const a = 4 * (top + left);
      const b = 4 * (top + right);
      const c = 4 * (bottom + left);
      const d = 4 * (bottom + right);
      const weightA = share * (1 - across) * (1 - down);
      const weightB = share * across * (1 - down);
      const weightC = share * (1 - across) * down;
      const weightD = share * across * down;
      red += weightA * pixels[a] + weightB * pixels[b] + weightC * pixels[c] + weightD * pixels[d];
      green += weightA * pixels[a + 1] + weightB * pixels[b + 1] + weightC * pixels[c + 1] + weightD * pixels[d + 1];
      blue += weightA * pixels[a + 2] + weightB * pixels[b + 2] + weightC * pixels[c + 2] + weightD * pixels[d + 2];
      opacity += weightA * pixels[a + 3] + weightB * pixels[b + 3] + weightC * pixels[c + 3] + weightD * pixels[d + 3];
    }
  }
  into[0] = red;
  into[1] = green;
  into[2] = blue;
  into[3] = opacity;
}
