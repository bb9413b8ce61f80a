// SPDX-License-Identifier: MIT

import source from '../../shaders/embed.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Features to simplex and barycentric weights. First stage of a lattice's build.
 */
export const embed = {
  name: 'embed',
  source,
  layout: {
    /** pixelCount, width, height. */
    problem: 'uniform',
    /** Scaled features, f32 pairs (elevation-table). */
    elevations: 'read',
    /** RGBA bytes, u32 [pixelCount]. */
    image: 'read',
    /** Barycentric weights, f32 [pixelCount, featureDim + 1]. */
    weights: 'write',
    /** Packed simplices, u32 [pixelCount, keyWords]. */
    keys: 'write',
  },
} as const satisfies StageDefinition;
