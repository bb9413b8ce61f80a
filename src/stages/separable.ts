// SPDX-License-Identifier: MIT

import source from '../../shaders/separable.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * A gaussian kernel as two truncated convolutions. Entry points normalizeRows, normalizeColumns (once a build), rows, columns (once an iteration).
 */
export const separable = {
  name: 'separable',
  source,
  layout: {
    /** Sizes, radii, sigmas, weight. */
    separable: 'uniform',
    /** (factor, message of ones), f32 pairs [pixelCount]. */
    norms: 'write',
    /** Marginals, f32 [pixelCount, rowLanes·laneWidth]. */
    q: 'read',
    /** Convolved along x, f32 [pixelCount, rowLanes·laneWidth]. */
    partial: 'write',
    /** The same for one channel, f32 [pixelCount]. */
    partialNorms: 'write',
    /** Energies, f32 [pixelCount, rowLanes·laneWidth]. */
    unary: 'read',
    /** f32 [pixelCount, rowLanes·laneWidth]. */
    logits: 'write',
  },
} as const satisfies StageDefinition;
