// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../problem/types.js';

/** The features of a kernel's points, divided by its sigmas; written when they are wanted, as all of them take more than an image. */
export interface FeatureSource {
  readonly featureDim: number;
  readonly pointCount: number;
  /**
   * Writes the features of the points from `first` on.
   *
   * @param target [featureDim, stride], of which the first `count` of each dimension are written
   */
  write(first: number, count: number, target: Float32Array, stride: number): void;
}

/**
 * The features of a kernel: x is the column and y the row, both from 0, in pixels; r, g, b are on 0..255. The division is float32's, as
 * in pydensecrf: one rounding difference can move a pixel into another simplex.
 *
 * @param rgba the image, needed by bilateral kernels only
 */
export function featureSource(
  kernel: ResolvedKernel,
  size: ProblemSize,
  rgba: Uint8Array | Uint8ClampedArray | null,
): FeatureSource {
  const { featureDim, sigmas } = kernel;
  if (kernel.type === 'features') {
    if (kernel.features === undefined) throw new Error('features kernel without features');
    return featuresOfArray(kernel.features, featureDim);
  }
  if (kernel.type === 'bilateral' && rgba === null) throw new Error('bilateral kernel without an image');
  const { width, height } = size;
  const places = [quotients(width, sigmas[0]), quotients(height, sigmas[1])];
  const colours = sigmas.slice(2).map((sigma) => quotients(256, sigma));
  return {
    featureDim,
    pointCount: width * height,
    write(first, count, target, stride) {
      writePlaces(places, first, count, target, stride);
      if (rgba) writeColours(colours, rgba, first, count, target, stride);
    },
  };
}

/** [featureDim, pointCount] float32, divided by sigmas already. */
export function featuresOfArray(features: Float32Array, featureDim: number): FeatureSource {
  const pointCount = features.length / featureDim;
  return {
    featureDim,
    pointCount,
    write(first, count, target, stride) {
      for (let j = 0; j < featureDim; j++) {
        const from = j * pointCount + first;
        target.set(features.subarray(from, from + count), j * stride);
      }
    },
  };
}

/** All features of a kernel: [featureDim, pixelCount] float32. */
export function kernelFeatures(
  kernel: ResolvedKernel,
  size: ProblemSize,
  rgba: Uint8Array | Uint8ClampedArray | null,
): Float32Array {
  return allFeatures(featureSource(kernel, size, rgba));
}

/** [featureDim, pointCount] */
export function allFeatures(source: FeatureSource): Float32Array {
  const features = new Float32Array(source.featureDim * source.pointCount);
  source.write(0, source.pointCount, features, source.pointCount);
  return features;
}

/** i / sigma for whole numbers i. Both are float32 values, so the double quotient, stored as float32, is float32's own quotient. */
function quotients(count: number, sigma: number): Float32Array {
  const divisor = Math.fround(sigma);
  return Float32Array.from({ length: count }, (_, i) => i / divisor);
}

function writePlaces(
  [columns, lines]: Float32Array[],
  first: number,
  count: number,
  target: Float32Array,
  stride: number,
) {
  const width = columns.length;
  const end = first + count;
  for (let pixel = first; pixel < end; ) {
    const y = Math.floor(pixel / width);
    const x = pixel - y * width;
    const length = Math.min(width - x, end - pixel);
    const at = pixel - first;
    target.set(columns.subarray(x, x + length), at);
    target.fill(lines[y], stride + at, stride + at + length);
    pixel += length;
  }
}

function writeColours(
  colours: Float32Array[],
  rgba: Uint8Array | Uint8ClampedArray,
  first: number,
  count: number,
  target: Float32Array,
  stride: number,
) {
  for (const [channel, values] of colours.entries()) {
    const to = (2 + channel) * stride;
    const from = 4 * first + channel;
    for (let i = 0; i < count; i++) target[to + i] = values[rgba[from + 4 * i]];
  }
}
