// SPDX-License-Identifier: MIT

import source from '../../shaders/energy.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Terms of the KL divergence by pixel. On request; entry points own (a slab), then pairwise (a slab and kernel).
 */
export const energy = {
  name: 'energy',
  source,
  layout: {
    /** pixelCount, labelCount, first label of the slab, Potts weight. */
    problem: 'uniform',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** Energies, f32 [pixelCount, rowLanes·laneWidth]. */
    unary: 'read',
    /** (energy of the label that is not stored, what the stored ones are relative to), f32 pairs [pixelCount]. */
    lastUnary: 'read',
    /** Message of one kernel, f32 [pixelCount, rowLanes·laneWidth]. */
    message: 'read',
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'read',
    /** f32 quads [pixelCount], zero at first. */
    terms: 'write',
  },
} as const satisfies StageDefinition;
