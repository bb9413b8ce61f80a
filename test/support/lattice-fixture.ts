// SPDX-License-Identifier: MIT

import { latticeBuild } from '../../src/engine/lists/lattice.js';
import type { LatticePlan } from '../../src/engine/plan/lattice-plan.js';
import type { Tuning } from '../../src/engine/plan/tuning.js';
import { resolveParameters } from '../../src/problem/parameters.js';
import type { Kernel, ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import { type Embedding, embed } from '../../src/reference/embed.js';
import { kernelFeatures } from '../../src/reference/features.js';
import { buildLattice, type Lattice } from '../../src/reference/lattice.js';
import { type BuiltLattice, readLattice } from './lattice-keys.js';
import { Planned, planFor } from './planned.js';
import { drawnImage, type Pattern, randomNumbers } from './problems.js';
import type { StageDevice } from './stage-device.js';

/** A kernel with the points that it makes a lattice of. */
export interface LatticeCase {
  size: ProblemSize;
  kernel: ResolvedKernel;
  rgba: Uint8Array | Uint8ClampedArray;
}

export function latticeCase(kernel: Kernel, width = 11, height = 7, pattern: Pattern = 'blobs'): LatticeCase {
  const size = { width, height, labelCount: 3 };
  const resolved = resolveParameters({ kernels: [kernel] }, size);
  return { size, kernel: resolved.kernels[0], rgba: drawnImage(width, height, pattern).data };
}

/** Random features of any dimension for 9 × 7 points, some of which are the same. */
export function featuresCase(featureDim: number): LatticeCase {
  const random = randomNumbers(featureDim);
  const features = Float32Array.from({ length: featureDim * 63 }, () => 3 * random());
  for (let j = 0; j < featureDim; j++) features.fill(features[63 * j], 63 * j, 63 * j + 5);
  return latticeCase({ type: 'features', features, featureDim }, 9, 7);
}

/** Names of cases that differ in what the lattice is made of. */
export const latticeCases: Readonly<Record<string, () => LatticeCase>> = {
  position: () => latticeCase({ type: 'gaussian', sigmaXY: 2 }),
  'position and colour': () => latticeCase({ type: 'bilateral', sigmaXY: 6, sigmaRGB: 13 }),
  'colour noise': () => latticeCase({ type: 'bilateral', sigmaXY: 5, sigmaRGB: 4 }, 13, 5, 'noise'),
  'one colour': () => latticeCase({ type: 'bilateral', sigmaXY: 80, sigmaRGB: 13 }, 8, 8, 'constant'),
  'one pixel': () => latticeCase({ type: 'bilateral', sigmaXY: 80, sigmaRGB: 13 }, 1, 1),
  '1 feature': () => featuresCase(1),
  '3 features': () => featuresCase(3),
  '8 features': () => featuresCase(8),
};

export function buildOnCpu({ size, kernel, rgba }: LatticeCase): { embedding: Embedding; lattice: Lattice } {
  const embedding = embed(kernelFeatures(kernel, size, rgba), kernel.featureDim);
  return { embedding, lattice: buildLattice(embedding) };
}

/**
 * Builds a lattice by `embed`, `simplices`, `runs`, `vertices`, `vertex-ids`, `dispatch-sizes` and `neighbours`, twice over
 * the same buffers, and reads what they left.
 */
export async function buildOnGpu(
  gpu: StageDevice,
  { size, kernel, rgba }: LatticeCase,
  tuning: Tuning,
  vertexCapacity?: number,
): Promise<BuiltLattice> {
  const plan = planFor({ size, kernels: [kernel], tuning, vertexCapacity: vertexCapacity ?? 'worst-case' });
  const planned = new Planned(gpu, plan);
  planned.write(plan.input.image, new Uint32Array(rgba.slice().buffer));
  const lattice = plan.kernels[0] as LatticePlan;
  for (let build = 0; build < 2; build++) await planned.run(latticeBuild(plan, lattice));
  const built = await readLattice(planned, lattice.structure, plan.scratch, {
    featureDim: kernel.featureDim,
    pixelCount: plan.pixelCount,
    maxRunLength: tuning.maxRunLength,
  });
  planned.destroy();
  return built;
}
