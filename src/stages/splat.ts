// SPDX-License-Identifier: MIT

import source from '../../shaders/splat.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Adds pixels to the vertices of their simplex, in fixed point. First stage of an iteration; also filters ones for n.
 */
export const splat = {
  name: 'splat',
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
    /** Weights by pixel, or with n in them and in the order of sortedPixels, f32 [pixelCount, featureDim + 1]. */
    weights: 'read',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** f32 [vertexCapacity + 1]. */
    scales: 'read',
    /** Fixed-point i32 [vertexCapacity + 1, rowLanes·laneWidth], zero at first. */
    sums: 'write',
    /** 1 where ones are splatted for the second time. */
    turn: 'uniform',
  },
} as const satisfies StageDefinition;
