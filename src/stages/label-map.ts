// SPDX-License-Identifier: MIT

import source from '../../shaders/label-map.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Label map, confidence and entropy from Q. On request, after the last iteration.
 */
export const labelMap = {
  name: 'label-map',
  source,
  layout: {
    /** pixelCount, labelCount, first label of the slab. */
    problem: 'uniform',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** argmax, u32 [pixelCount]. */
    labelMap: 'write',
    /** f32 [pixelCount], 1/labelCount..1. */
    confidence: 'write',
    /** Nats, f32 [pixelCount], 0..log(labelCount). */
    entropy: 'write',
  },
} as const satisfies StageDefinition;
