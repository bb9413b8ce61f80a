// SPDX-License-Identifier: MIT

import type { ResolvedKernel } from '../../problem/types.js';
import type { BufferPlan, Part, Value } from './buffer-plan.js';
import type { Penalties } from './penalties.js';

/** What the three methods have in common. */
export interface KernelPlanBase {
  readonly kernel: ResolvedKernel;
  /** Features, and what depends on them alone: built while this object is the same and the image has not changed. */
  readonly structure: Part;
  /** n = K·1, and what depends on it: computed while this object is the same and the structure has not changed. */
  readonly normalization: Part & {
    /** (factor, message of Q = 1) by pixel. */
    readonly norms: BufferPlan;
  };
  readonly penalties: Penalties | null;
  readonly pottsWeight: number;
  readonly parts: readonly Part[];
  readonly values: readonly Value[];
}

/** Which way n goes into a kernel's message. */
export function normalizationFlags({ normalization }: ResolvedKernel) {
  return {
    symmetric: normalization === 'symmetric',
    divided: normalization === 'before' || normalization === 'after',
    dividesBefore: normalization === 'before' || normalization === 'symmetric',
    dividesAfter: normalization === 'after' || normalization === 'symmetric',
  };
}
