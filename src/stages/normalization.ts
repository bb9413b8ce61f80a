// SPDX-License-Identifier: MIT

import source from '../../shaders/normalization.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Slices one channel into the factors that normalise messages, and the weights that have them. End of a lattice's build.
 */
export const normalization = {
  name: 'normalization',
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
    /** Barycentric weights, f32 [pixelCount, featureDim + 1]. */
    weights: 'read',
    /** One blurred channel, f32 [vertexCapacity + 1]. */
    values: 'read',
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'write',
    /** Weights with the factor in them, in the order of sortedPixels, f32 [pixelCount, featureDim + 1]. */
    splatWeights: 'write',
    sliceWeights: 'write',
    /** 1 in the second turn. */
    turn: 'uniform',
  },
} as const satisfies StageDefinition;
