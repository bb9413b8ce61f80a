// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../problem/types.js';

/** A rectangle, in pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A target's size, and where in it the picture lies: whole pixels. */
export interface Placement {
  width: number;
  height: number;
  window: Rectangle;
}

/** How pixels become a network's numbers. `factor` and `offset` are in the order of `channels`, `fill` is R, G, B. */
export interface TensorValues {
  layout: 'NHWC' | 'NCHW';
  channels: 'RGB' | 'BGR';
  /** value = byte·factor + offset, bytes 0..255. */
  factor: readonly number[];
  offset: readonly number[];
  /** Bytes 0..255 around the window. */
  fill: readonly number[];
}

/**
 * A frame resized into a window of the target, bytes 0..255 not rounded, [y, x, 4].
 *
 * out(i) = Σ_k w_k·in(k) / Σ_k w_k with w_k = max(0, 1 - |k + ½ - (i + ½)·in/out| / max(in/out, 1)), along x and then along y:
 * bilinear with half-pixel centres, and where it shrinks a triangle as wide as the ratio. That is PIL's `resize(BILINEAR)` without
 * its rounding, and torch's `interpolate(mode='bilinear', antialias=True)`. The four channels are taken one by one: alpha is straight.
 */
export function resizeFrame(
  frame: RgbaImage,
  { width, height, window }: Placement,
  fill: readonly number[],
): Float64Array {
  const columns = tapsOf(frame.width, window.width);
  const lines = tapsOf(frame.height, window.height);
  const narrowed = new Float64Array(4 * window.width * frame.height);
  for (let y = 0; y < frame.height; y++) {
    columns.forEach(({ first, weights }, x) => {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        weights.forEach((weight, tap) => {
          sum += weight * frame.data[4 * (y * frame.width + first + tap) + channel];
        });
        narrowed[4 * (y * window.width + x) + channel] = sum;
      }
    });
  }
  const target = new Float64Array(4 * width * height);
  for (let i = 0; i < target.length; i++) target[i] = i % 4 === 3 ? 255 : fill[i % 4];
  lines.forEach(({ first, weights }, y) => {
    const row = 4 * ((window.y + y) * width + window.x);
    for (let i = 0; i < 4 * window.width; i++) {
      let sum = 0;
      weights.forEach((weight, tap) => {
        sum += weight * narrowed[4 * (first + tap) * window.width + i];
      });
      target[row + i] = sum;
    }
  });
  return target;
}

/** A frame as a network's input: [y, x, 3] or [3, y, x]. */
export function resizeToTensor(frame: RgbaImage, placement: Placement, values: TensorValues): Float32Array {
  const bytes = resizeFrame(frame, placement, values.fill);
  const pixelCount = placement.width * placement.height;
  const tensor = new Float32Array(3 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const byte = bytes[4 * pixel + (values.channels === 'BGR' ? 2 - channel : channel)];
      const at = values.layout === 'NHWC' ? 3 * pixel + channel : channel * pixelCount + pixel;
      tensor[at] = byte * values.factor[channel] + values.offset[channel];
    }
  }
  return tensor;
}

/** A frame as RGBA bytes of another size, rounded to the nearest; half way between two bytes, and 1/512 before that, to the larger. */
export function resizeToBytes(frame: RgbaImage, width: number, height: number): Uint8Array {
  const window = { x: 0, y: 0, width, height };
  return Uint8Array.from(resizeFrame(frame, { width, height, window }, [0, 0, 0]), (byte) =>
    Math.min(255, Math.floor(byte + 0.5 + 1 / 512)),
  );
}

interface Taps {
  first: number;
  /** They sum to 1. */
  weights: number[];
}

function tapsOf(inSize: number, outSize: number): Taps[] {
  const ratio = inSize / outSize;
  const reach = Math.max(ratio, 1);
  return Array.from({ length: outSize }, (_, i) => {
    const middle = (i + 0.5) * ratio;
    const first = Math.max(0, Math.floor(middle - reach - 0.5));
    const last = Math.min(inSize - 1, Math.ceil(middle + reach - 0.5));
    const weights: number[] = [];
    for (let k = first; k <= last; k++) weights.push(Math.max(0, 1 - Math.abs(k + 0.5 - middle) / reach));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
