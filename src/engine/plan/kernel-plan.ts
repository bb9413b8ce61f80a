// SPDX-License-Identifier: MIT

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
