// SPDX-License-Identifier: MIT

import source from '../../shaders/exact.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * The true Gaussian sum over all pairs, without a lattice. Entry points normalize (once a build), main (once an iteration).
 */
export const exact = {
  name: 'exact',
  source,
  layout: {
    /** pixelCount, the range of this dispatch, weight. */
    exact: 'uniform',
    /** f32 [pixelCount, featureDim]. */
    features: 'read',
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'write',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** Energies, f32 [pixelCount, rowLanes·laneWidth]. */
    unary: 'read',
    /** f32 [pixelCount, rowLanes·laneWidth]. */
    logits: 'write',
  },
} as const satisfies StageDefinition;
