// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../problem/types.js';
import type { ImageSize } from '../cpu/neighbourhood.js';

/** Which samples a pixel of a row or column hears, with weights that add up to 1. */
interface Taps {
  /** By pixel, the first sample. */
  first: Uint32Array;
  /** Samples a pixel at most. */
  most: number;
  /** [pixel, most]; 0 beyond those that are heard. */
  weights: Float64Array;
}

/** Planes brought from one size to another, edges aligned: interpolated where they grow, averaged by area where they shrink. */
export class Resampler {
  private readonly columns: Taps;
  private readonly rows: Taps;
  private readonly row: Float64Array;

  constructor(
    private readonly from: ImageSize,
    private readonly to: ImageSize,
  ) {
    this.columns = tapsAlong(from.width, to.width);
    this.rows = tapsAlong(from.height, to.height);
    this.row = new Float64Array(from.width);
  }

  /** @param sampleOf a value of the plane, by its place in it */
  plane(sampleOf: (pixel: number) => number): Float32Array {
    const { from, to, columns, rows, row } = this;
    const result = new Float32Array(to.width * to.height);
    for (let y = 0; y < to.height; y++) {
      row.fill(0);
      for (let tap = 0; tap < rows.most; tap++) {
        const weight = rows.weights[y * rows.most + tap];
        if (weight === 0) continue;
        const start = (rows.first[y] + tap) * from.width;
        for (let x = 0; x < from.width; x++) row[x] += weight * sampleOf(start + x);
      }
      for (let x = 0; x < to.width; x++) {
        let sum = 0;
        for (let tap = 0; tap < columns.most; tap++) {
          const weight = columns.weights[x * columns.most + tap];
          if (weight !== 0) sum += weight * row[columns.first[x] + tap];
        }
        result[y * to.width + x] = sum;
      }
    }
    return result;
  }
}

function tapsAlong(from: number, to: number): Taps {
  const ratio = from / to;
  const most = Math.min(from, Math.max(2, Math.ceil(ratio) + 1));
  const taps: Taps = { first: new Uint32Array(to), most, weights: new Float64Array(to * most) };
  for (let pixel = 0; pixel < to; pixel++) {
    const [low, high] = ratio > 1 ? [pixel * ratio, (pixel + 1) * ratio] : [0, 0];
    const position = Math.min(from - 1, Math.max(0, (pixel + 0.5) * ratio - 0.5));
    const first = Math.min(from - most, Math.floor(ratio > 1 ? low : position));
    taps.first[pixel] = first;
    let sum = 0;
    for (let tap = 0; tap < most; tap++) {
      const sample = first + tap;
      const weight =
        ratio > 1
          ? Math.max(0, Math.min(sample + 1, high) - Math.max(sample, low))
          : Math.max(0, 1 - Math.abs(sample - position));
      taps.weights[pixel * most + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < most; tap++) taps.weights[pixel * most + tap] /= sum;
  }
  return taps;
}

/** A picture made smaller; itself where it has the size. Opaque. */
export function shrunk(image: RgbaImage, size: ImageSize): RgbaImage {
  const { width, height } = size;
  if (image.width === width && image.height === height) return image;
  const resampler = new Resampler(image, size);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let channel = 0; channel < 3; channel++) {
    const plane = resampler.plane((pixel) => image.data[4 * pixel + channel]);
    for (let pixel = 0; pixel < plane.length; pixel++) data[4 * pixel + channel] = plane[pixel];
  }
  return { data, width, height };
}

/** Interpolates planes of one size at the pixels of another, one pixel after the other. */
export class PlaneSampler {
  private readonly columns: Taps;
  private readonly rows: Taps;
  /** The sample above and to the left, and the steps to the others. */
  private corner = 0;
  private right = 0;
  private down = 0;
  /** Weights of the left and of the upper samples. */
  private left = 1;
  private upper = 1;

  constructor(
    private readonly from: ImageSize,
    to: ImageSize,
  ) {
    this.columns = tapsAlong(from.width, to.width);
    this.rows = tapsAlong(from.height, to.height);
  }

  moveTo(x: number, y: number): void {
    const { columns, rows, from } = this;
    this.corner = rows.first[y] * from.width + columns.first[x];
    this.right = Math.min(1, columns.most - 1);
    this.down = from.width * Math.min(1, rows.most - 1);
    this.left = columns.weights[x * columns.most];
    this.upper = rows.weights[y * rows.most];
  }

  sample(plane: ArrayLike<number>): number {
    const { corner, right, down, left, upper } = this;
    const below = corner + down;
    const above = left * plane[corner] + (1 - left) * plane[corner + right];
    return upper * above + (1 - upper) * (left * plane[below] + (1 - left) * plane[below + right]);
  }
}
