// SPDX-License-Identifier: MIT

import { readPhotograph } from '../../src/cli/files/image.js';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import type { Kernel, ProblemSize, RgbaImage } from '../../src/crf/types.js';
import { type GoldenName, goldenCase, goldenFile } from './golden.js';

export interface GoldenProblem {
  size: ProblemSize;
  kernels: Kernel[];
  /** Those whose Q is stored. */
  iterations: number[];
  unary: Float32Array;
  image: RgbaImage | undefined;
}

/** A golden case with its arrays. */
export async function loadGolden(name: GoldenName): Promise<GoldenProblem> {
  const { width, height, labelCount, iterations, image, kernels: given } = goldenCase(name);
  const kernels: Kernel[] = [];
  for (const { file, ...kernel } of given as (Kernel & { file?: string })[]) {
    if (file === undefined) kernels.push(kernel);
    else {
      const { data, shape } = await readFloatNpy(goldenFile(name, file));
      kernels.push({ ...kernel, features: data, featureDim: shape[0] } as Kernel);
    }
  }
  return {
    size: { width, height, labelCount },
    kernels,
    iterations,
    unary: (await readFloatNpy(goldenFile(name, 'unary.npy'))).data,
    image: image === null ? undefined : await readPhotograph(goldenFile(name, image), 1e6),
  };
}
