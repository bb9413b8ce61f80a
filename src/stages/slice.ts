// SPDX-License-Identifier: MIT

import source from '../../shaders/slice.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Messages from vertices to pixels' logits; after the last kernel softmax. Last stage of an iteration.
 */
export const slice = {
  name: 'slice',
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
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'read',
    /** Blurred rows, f32 [vertexCapacity + 1, rowLanes·laneWidth]. */
    values: 'read',
    /** Energies, f32 [pixelCount, rowLanes·laneWidth]. */
    unary: 'read',
    /** Logits or Q, f32 [pixelCount, rowLanes·laneWidth]. */
    logits: 'write',
  },
} as const satisfies StageDefinition;
