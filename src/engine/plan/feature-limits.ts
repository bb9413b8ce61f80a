// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import type { ResolvedKernel } from '../../problem/types.js';

/** Bytes that the variables of one WGSL function may take together, by the language's own limits. */
const functionVariableBytes = 8192;

/** What of these is left for variables other than rows and what there is one of for each corner. */
const otherVariableBytes = 256;

/**
 * Most dimensions of features on a lattice on WebGPU. What `splat` and `slice` hold for each corner of a simplex would fill a function's
 * variables at 329; the rank of a corner fits 8 bits up to 255.
 */
export const maximumLatticeDim = 255;

/** Throws ArgumentError where a lattice has more dimensions than shaders can hold. */
export function checkLatticeDims(kernels: readonly ResolvedKernel[]): void {
  for (const [index, { method, featureDim }] of kernels.entries()) {
    if (method !== 'lattice' || featureDim <= maximumLatticeDim) continue;
    throw new ArgumentError(
      `kernels[${index}].featureDim`,
      featureDim,
      `at most ${maximumLatticeDim} on a lattice on WebGPU; method 'exact' and backend 'cpu' take more`,
    );
  }
}

/** Lanes of four channels that one invocation may hold for each corner of a simplex: at most `wanted`. */
export function blockLanesFor(kernels: readonly ResolvedKernel[], wanted: number): number {
  const dims = kernels.filter(({ method }) => method === 'lattice').map(({ featureDim }) => featureDim);
  const corners = Math.max(0, ...dims) + 1;
  // Its vertex and that one's scale; then rows of lanes, and one row more.
  const left = functionVariableBytes - otherVariableBytes - 8 * corners;
  return Math.max(1, Math.min(wanted, Math.floor(left / (16 * (corners + 1)))));
}
