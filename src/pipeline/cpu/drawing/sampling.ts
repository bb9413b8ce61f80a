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
  into.fill(0);
  const [xTaps, yTaps] = [columns.taps, rows.taps];
  const share = 1 / (xTaps * yTaps);
  for (let j = y * yTaps; j < (y + 1) * yTaps; j++) {
    const down = rows.part[j];
    const [top, bottom] = [rows.low[j] * width, rows.high[j] * width];
    for (let i = x * xTaps; i < (x + 1) * xTaps; i++) {
      const across = columns.part[i];
      const [left, right] = [columns.low[i], columns.high[i]];
      const [a, b, c, d] = [4 * (top + left), 4 * (top + right), 4 * (bottom + left), 4 * (bottom + right)];
      const weightA = share * (1 - across) * (1 - down);
      const weightB = share * across * (1 - down);
      const weightC = share * (1 - across) * down;
      const weightD = share * across * down;
      for (let channel = 0; channel < 4; channel++) {
        into[channel] +=
          weightA * pixels[a + channel] +
          weightB * pixels[b + channel] +
          weightC * pixels[c + channel] +
          weightD * pixels[d + channel];
      }
    }
  }
}
