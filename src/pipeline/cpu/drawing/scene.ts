// SPDX-License-Identifier: MIT

import type { Rgba } from '../../../problem/colours.js';
import type { RgbaImage } from '../../../problem/types.js';

/** Labels of a frame at the working size, which covers the whole frame. */
export interface CpuLabels {
  width: number;
  height: number;
  labelCount: number;
  /** [y, x] */
  labelMap: Uint32Array;
  /** Q, [label, y, x], summing to 1 a pixel. */
  marginals: Float32Array;
}

/** What a view is drawn from. */
export interface CpuScene {
  /** Straight alpha. */
  frame: RgbaImage;
  labels: CpuLabels;
  /** By label. */
  colours: readonly Rgba[];
}

/** Premultiplied red, green, blue and opacity, each 0..1, [height, width, 4]. */
export interface Layer {
  width: number;
  height: number;
  pixels: Float32Array<ArrayBuffer>;
}

/** The same array where it has the length, else another: what is drawn frame after frame is made once. */
export function floatsOf(length: number, before: Float32Array<ArrayBuffer> | undefined): Float32Array<ArrayBuffer> {
  return before?.length === length ? before : new Float32Array(length);
}

/** Bytes with straight alpha as a layer. */
export function layerOf({ data, width, height }: RgbaImage, before?: Float32Array<ArrayBuffer>): Layer {
  const pixels = floatsOf(4 * width * height, before);
  for (let i = 0; i < pixels.length; i += 4) {
    const opacity = data[i + 3] / 255;
    const factor = opacity / 255;
    pixels[i] = data[i] * factor;
    pixels[i + 1] = data[i + 1] * factor;
    pixels[i + 2] = data[i + 2] * factor;
    pixels[i + 3] = opacity;
  }
  return { width, height, pixels };
}
