// SPDX-License-Identifier: MIT

// Runs in a page: a golden case through the public door.

import { DenseCrf, type Kernel, type Method } from '../../src/index.js';
import type { ProblemSize } from '../../src/problem/types.js';
import { createTestDevice } from './device.js';

/** A golden case as a page gets it: plain numbers. */
export interface PlainProblem {
  size: ProblemSize;
  kernels: Record<string, unknown>[];
  unary: number[];
  image: number[] | null;
}

/** Q after so many iterations, [label, y, x]. */
export async function marginalsOf(problem: PlainProblem, method: Method, iterations: number): Promise<number[]> {
  const { size, unary, image } = problem;
  const kernels = problem.kernels.map(({ features, ...kernel }) =>
    features ? { ...kernel, features: Float32Array.from(features as number[]) } : kernel,
  ) as unknown as Kernel[];
  const test = await createTestDevice();
  const crf = await DenseCrf.create({ ...size, device: test.device, parameters: { kernels, method, iterations } });
  const { width, height } = size;
  await crf.refine({
    ...(image ? { image: { data: Uint8Array.from(image), width, height } } : undefined),
    unary: { unary: Float32Array.from(unary) },
  });
  const marginals = [...(await crf.marginals())];
  crf.destroy();
  await test.finish();
  return marginals;
}
