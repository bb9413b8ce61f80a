// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../problem/types.js';

/**
 * The features of a kernel, divided by its sigmas: [featureDim, pixelCount] float32.
 * x is the column and y the row, both from 0, in pixels; r, g, b are on 0..255. The division is float32's, as in
 * pydensecrf: one rounding difference can move a pixel into another simplex.
 *
 * @param rgba the image, needed by bilateral kernels only
 */
export function kernelFeatures(
  kernel: ResolvedKernel,
  size: ProblemSize,
  rgba: Uint8Array | Uint8ClampedArray | null,
): Float32Array {
  if (kernel.type === 'features') {
    if (kernel.features === undefined) throw new Error('features kernel without features');
    return kernel.features;
  }
  const { width, height } = size;
  const pixelCount = width * height;
  const features = new Float32Array(kernel.featureDim * pixelCount);
  // Both operands are float32 values, so the double quotient, stored as float32, is float32's own quotient.
  const sigmas = Float32Array.from(kernel.sigmas);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      features[y * width + x] = x / sigmas[0];
    }
    features.fill(y / sigmas[1], pixelCount + y * width, pixelCount + (y + 1) * width);
  }
  if (kernel.type === 'gaussian') return features;
  if (rgba === null) throw new Error('bilateral kernel without an image');
  for (let channel = 0; channel < 3; channel++) {
    const sigma = sigmas[2 + channel];
    const offset = (2 + channel) * pixelCount;
    for (let i = 0; i < pixelCount; i++) {
      features[offset + i] = rgba[4 * i + channel] / sigma;
    }
  }
  return features;
}
