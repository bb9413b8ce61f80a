// SPDX-License-Identifier: MIT

import type { KernelVariants } from '../../problem/tuning-table.js';
import type { ProblemSize, ResolvedKernel } from '../../problem/types.js';
import type { RowPlan } from './row-plan.js';
import type { Tuning } from './tuning.js';

/** All that one kernel's plan follows from. */
export interface KernelRequest {
  readonly kernel: ResolvedKernel;
  readonly size: ProblemSize;
  readonly rows: RowPlan;
  readonly tuning: Tuning;
  /** Shapes of a lattice's shaders that are wanted. */
  readonly variants: KernelVariants;
  /** Vertices there is room for, where the method is a lattice. */
  readonly vertexCapacity: number;
}
