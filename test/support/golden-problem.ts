// SPDX-License-Identifier: MIT

import { readPhotograph } from '../../src/cli/files/image.js';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import { parametersFromJson } from '../../src/problem/parameters-json.js';
import type { Kernel, ProblemSize } from '../../src/problem/types.js';
import { type GoldenName, goldenCase, goldenFile } from './golden.js';

/** All that goes into a golden case. */
export interface GoldenProblem {
  size: ProblemSize;
  kernels: readonly Kernel[];
  /** Energies, [label, y, x]. */
  unary: Float32Array;
  /** RGBA, where a kernel needs it. */
  image: Uint8ClampedArray | null;
  /** Those whose Q is stored, ascending. */
  iterations: readonly number[];
}

export async function loadGoldenProblem(name: GoldenName): Promise<GoldenProblem> {
  const { width, height, labelCount, iterations, image, kernels } = goldenCase(name);
  const parameters = await parametersFromJson({ kernels }, (file) => readFloatNpy(goldenFile(name, file)));
  return {
    size: { width, height, labelCount },
    kernels: parameters.kernels,
    unary: (await readFloatNpy(goldenFile(name, 'unary.npy'))).data,
    image: image === null ? null : (await readPhotograph(goldenFile(name, image), 1e6)).data,
    iterations,
  };
}
