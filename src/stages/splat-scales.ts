// SPDX-License-Identifier: MIT

import source from '../../shaders/splat-scales.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * The scale of each vertex's fixed-point sums. Before every `splat` of ones or of Q under a new normalization;
 * entry points bounds, then main.
 */
export const splatScales = {
  name: 'splat-scales',
  source,
  layout: {
    /** Vertex and run counts (dispatch-sizes). */
    counted: 'uniform',
    /** (simplex, start and length in sortedPixels), u32 pairs [runCount]. */
    runs: 'read',
    /** u32 [pixelCount]. */
    sortedPixels: 'read',
    /** Vertex ids, u32 [simplexCount, featureDim + 1]. */
    simplexVertices: 'read',
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'read',
    /** Pixels a vertex, u32 [vertexCapacity + 1]. */
    splatCounts: 'read',
    /** Bits of the largest factor, then the scale, f32 [vertexCapacity + 1], zero at first. */
    scales: 'write',
  },
} as const satisfies StageDefinition;
