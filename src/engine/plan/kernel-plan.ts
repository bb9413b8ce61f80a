// SPDX-License-Identifier: MIT

import type { ResolvedKernel } from '../../problem/types.js';
import { type ExactPlan, planExact } from './exact-plan.js';
import type { KernelRequest } from './kernel-request.js';
import { type LatticePlan, planLattice } from './lattice-plan.js';
import { planSeparable, type SeparablePlan } from './separable-plan.js';

export type KernelPlan = LatticePlan | ExactPlan | SeparablePlan;

/** Keeps whatever parts of `previous`, a plan for the same features, would come out the same. */
export function planKernel(request: KernelRequest, previous: KernelPlan | undefined): KernelPlan {
  switch (request.kernel.method) {
    case 'exact':
      return planExact(request, previous?.kernel.method === 'exact' ? (previous as ExactPlan) : undefined);
    case 'separable':
      return planSeparable(request, previous?.kernel.method === 'separable' ? (previous as SeparablePlan) : undefined);
    default:
      return planLattice(request, previous?.kernel.method === 'lattice' ? (previous as LatticePlan) : undefined);
  }
}

/** Whether two kernels have the same features by the same method, so that what one has built serves the other. */
export function sameFeatures(a: ResolvedKernel, b: ResolvedKernel): boolean {
  return (
    a.type === b.type &&
    a.method === b.method &&
    a.features === b.features &&
    a.sigmas.length === b.sigmas.length &&
    a.sigmas.every((sigma, index) => sigma === b.sigmas[index])
  );
}
