// SPDX-License-Identifier: MIT

import type { Step } from '../../src/engine/lists/dispatch.js';
import { build, iteration, iterations, normalize, start } from '../../src/engine/lists/iteration.js';
import {
  energySteps,
  planarSteps,
  planEnergy,
  planPlanar,
  planResults,
  planSlabs,
  resultSteps,
} from '../../src/engine/lists/results.js';
import type { EnginePlan } from '../../src/engine/plan/plan.js';
import { resolveParameters } from '../../src/problem/parameters.js';
import type { Kernel, ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import { type PlannedProblem, planFor } from './planned.js';

const tuning = { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6, hasSubgroups: true };

const spatial: Kernel = { type: 'gaussian', sigmaXY: 3, compatibility: 3 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 };
const vectorOf = (labelCount: number) => Array.from({ length: labelCount }, (_unused, label) => -label / 8);

/** Kernels by what is peculiar about them, for a number of labels. */
export const kernelSets: Readonly<Record<string, (labelCount: number) => readonly Kernel[]>> = {
  none: () => [],
  usual: () => [spatial, bilateral],
  after: () => [spatial, { ...bilateral, normalization: 'after' }],
  before: () => [{ ...bilateral, normalization: 'before' }],
  'not normalised': () => [{ ...bilateral, normalization: 'none', compatibility: 0.1 }],
  penalties: (labelCount) => [spatial, { ...bilateral, compatibility: vectorOf(labelCount) }],
  exact: () => [{ ...spatial, method: 'exact' }, bilateral],
  'exact penalties': (labelCount) => [{ ...bilateral, method: 'exact', compatibility: vectorOf(labelCount) }],
  separable: () => [{ ...spatial, method: 'separable' }, bilateral],
  'separable penalties': (labelCount) => [{ ...spatial, method: 'separable', compatibility: vectorOf(labelCount) }],
};

export function resolvedKernels(size: ProblemSize, kernels: readonly Kernel[]): readonly ResolvedKernel[] {
  return resolveParameters({ kernels, exactWorkLimit: Number.POSITIVE_INFINITY }, size).kernels;
}

export function planOf(
  kernels: (labelCount: number) => readonly Kernel[],
  { width = 60, height = 40, labelCount = 21, ...more }: Partial<ProblemSize & Omit<PlannedProblem, 'size'>> = {},
): EnginePlan {
  const size = { width, height, labelCount };
  return planFor({ size, kernels: resolvedKernels(size, kernels(labelCount)), tuning, ...more });
}

/** Everything that an engine of this plan ever does. */
export function everyList(plan: EnginePlan): Step[] {
  const slabs = planSlabs(plan);
  return [
    ...plan.kernels.flatMap((kernel) => [...build(plan, kernel), ...normalize(plan, kernel)]),
    ...start(plan),
    ...iteration(plan),
    ...Object.values(iterations(plan)).flat(),
    ...resultSteps(plan, slabs, planResults(plan.size)),
    ...planarSteps(plan, slabs, planPlanar(plan.size)),
    ...energySteps(plan, planEnergy(plan)),
  ];
}
