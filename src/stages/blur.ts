// SPDX-License-Identifier: MIT

import source from '../../shaders/blur.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Blurs vertex rows along one axis; d + 1 dispatches, from axis 0 on. After `splat`.
 */
export const blur = {
  name: 'blur',
  source,
  layout: {
    /** Vertex and run counts (dispatch-sizes). */
    counted: 'uniform',
    /** Vertex id pairs, u32 [vertexCapacity + 1, featureDim + 1]. */
    neighbours: 'read',
    /** f32 [vertexCapacity + 1]. */
    scales: 'read',
    /** Rows as integers: sums on axis 0, else bits of f32. */
    source: 'read',
    /** Rows, f32 [vertexCapacity + 1, rowLanes·laneWidth]. */
    blurred: 'write',
    /** Made zero on axis 1. */
    sums: 'write',
    /** Index of the axis and featureDim + 1, u32: a uniform and no constants, so that all kernels and axes share a pipeline. */
    axis: 'uniform',
  },
} as const satisfies StageDefinition;
