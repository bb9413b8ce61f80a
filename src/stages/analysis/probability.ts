// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/probability.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Probability that a pixel has one of the wanted labels.
 */
export const probability = {
  name: 'analysis/probability',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Q, f32 [labelCount, pixelCount]. */
    marginals: 'read',
    /** 1 for a wanted label, else 0, u32 [labelCount]. */
    wanted: 'read',
    /** f32 [pixelCount]. */
    probability: 'write',
  },
} as const satisfies StageDefinition;
