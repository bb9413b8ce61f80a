// SPDX-License-Identifier: MIT

import source from '../../shaders/softmax.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Q from logits kept in memory: at the start, and where damping, a tolerance or many labels forbid the fused form in `slice`.
 * Entry points reduce (a slab), then apply (a slab).
 */
export const softmax = {
  name: 'softmax',
  source,
  layout: {
    /** pixelCount, damping. */
    parameters: 'uniform',
    /** Logits or energies, f32 [pixelCount, rowLanes·laneWidth]. */
    logits: 'read',
    /** (maximum, sum), f32 pairs [pixelCount]. */
    running: 'write',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'write',
    /** Bits of the largest |ΔQ|, u32. */
    largestChange: 'write',
  },
} as const satisfies StageDefinition;
