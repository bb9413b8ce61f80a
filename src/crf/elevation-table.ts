// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../problem/types.js';
import { elevationScales } from '../reference/embed.js';

/**
 * Pairs (cf, j·cf) for the shader `embed`, with cf_j = f_j·sf_j and j counted from 1, all in float32 as the CPU twin has them.
 * Images: by x, then y, then for bilateral kernels 256 each for red, green, blue. Features: [featureDim, pixelCount].
 */
export function elevationTable(kernel: ResolvedKernel, size: ProblemSize): Float32Array<ArrayBuffer> {
  const scales = elevationScales(kernel.featureDim);
  const table: number[] = [];
  if (kernel.type === 'features') return featureTable(kernel, scales);
  const sigmas = Float32Array.from(kernel.sigmas);
  const extents = kernel.type === 'gaussian' ? [size.width, size.height] : [size.width, size.height, 256, 256, 256];
  extents.forEach((extent, dimension) => {
    for (let value = 0; value < extent; value++) {
      const scaled = Math.fround(Math.fround(value / sigmas[dimension]) * scales[dimension]);
      table.push(scaled, Math.fround((dimension + 1) * scaled));
    }
  });
  return Float32Array.from(table);
}

function featureTable(kernel: ResolvedKernel, scales: Float32Array): Float32Array<ArrayBuffer> {
  const { features, featureDim } = kernel;
  if (features === undefined) throw new Error('features kernel without features');
  const pixelCount = features.length / featureDim;
  const table = new Float32Array(2 * features.length);
  for (let index = 0; index < features.length; index++) {
    const dimension = Math.floor(index / pixelCount);
    const scaled = Math.fround(features[index] * scales[dimension]);
    table[2 * index] = scaled;
    table[2 * index + 1] = (dimension + 1) * scaled;
  }
  return table;
}
