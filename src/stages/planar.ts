// SPDX-License-Identifier: MIT

import source from '../../shaders/planar.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/** Q as [label, y, x] in one buffer. On request, after the last iteration. */
export const planar = {
  name: 'planar',
  source,
  layout: {
    /** pixelCount, labelCount, first label of the slab. */
    problem: 'uniform',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** f32 [labelCount, pixelCount]. */
    marginals: 'write',
  },
} as const satisfies StageDefinition;
