// SPDX-License-Identifier: MIT

import { elevationScales } from '../../problem/elevation.js';
import type { ProblemSize, ResolvedKernel } from '../../problem/types.js';

/**
 * What x, y and the colours 0..255 are once divided by sigma, one after the other, in float32. Tables, so that no shader divides or
 * multiplies: a fused multiply-add on some GPU could move a pixel across a simplex's border.
 */
function quotients(kernel: ResolvedKernel, size: ProblemSize): { value: number; dimension: number }[] {
  const sigmas = Float32Array.from(kernel.sigmas);
  const extents = kernel.type === 'gaussian' ? [size.width, size.height] : [size.width, size.height, 256, 256, 256];
  return extents.flatMap((extent, dimension) =>
    Array.from({ length: extent }, (_unused, index) => ({ value: Math.fround(index / sigmas[dimension]), dimension })),
  );
}

/** Elements of `featureTable`, and pairs of `elevationTable`. */
export function tableLength(kernel: ResolvedKernel, size: ProblemSize): number {
  if (kernel.features) return kernel.features.length;
  return size.width + size.height + (kernel.type === 'bilateral' ? 3 * 256 : 0);
}

/** For `features.wgsl`, float32. Images: by x, then y, then for bilateral kernels red, green, blue. Features: [featureDim, pixelCount]. */
export function featureTable(kernel: ResolvedKernel, size: ProblemSize): Float32Array<ArrayBuffer> {
  if (kernel.features) return Float32Array.from(kernel.features);
  return Float32Array.from(quotients(kernel, size), ({ value }) => value);
}

/** For `embed.wgsl`, pairs (cf, j·cf) in float32 with cf_j = f_j·sf_j and j counted from 1; otherwise laid out like `featureTable`. */
export function elevationTable(kernel: ResolvedKernel, size: ProblemSize): Float32Array<ArrayBuffer> {
  const scales = elevationScales(kernel.featureDim);
  const table = new Float32Array(2 * tableLength(kernel, size));
  const set = (index: number, value: number, dimension: number) => {
    const scaled = Math.fround(value * scales[dimension]);
    table[2 * index] = scaled;
    table[2 * index + 1] = (dimension + 1) * scaled;
  };
  if (kernel.features) {
    const pixelCount = kernel.features.length / kernel.featureDim;
    kernel.features.forEach((value, index) => {
      set(index, value, Math.floor(index / pixelCount));
    });
  } else {
    quotients(kernel, size).forEach(({ value, dimension }, index) => {
      set(index, value, dimension);
    });
  }
  return table;
}
