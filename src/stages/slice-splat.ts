// SPDX-License-Identifier: MIT

import source from '../../shaders/slice-splat.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * The last kernel's messages, softmax, and the first stage of that kernel's next iteration. For rows of one lane.
 */
export const sliceSplat = {
  name: 'slice-splat',
  source,
  layout: {
    /** Vertex and run counts (dispatch-sizes). */
    counted: 'uniform',
    /** Weights of the kernel. */
    parameters: 'uniform',
    /** (simplex, start and length in sortedPixels), u32 pairs [runCount]. */
    runs: 'read',
    /** u32 [pixelCount]. */
    sortedPixels: 'read',
    /** Vertex ids, u32 [simplexCount, featureDim + 1]. */
    simplexVertices: 'read',
    /** Barycentric weights with n in them, in the order of sortedPixels, f32 [pixelCount, featureDim + 1]. */
    weights: 'read',
    /** Blurred rows, f32 [vertexCapacity + 1, laneWidth]. */
    values: 'read',
    /** f32 [vertexCapacity + 1]. */
    scales: 'read',
    /** Logits, then Q, f32 [pixelCount, laneWidth]. */
    logits: 'write',
    /** Fixed-point i32 [vertexCapacity + 1, laneWidth], zero at first. */
    sums: 'write',
  },
} as const satisfies StageDefinition;
