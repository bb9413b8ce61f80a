// SPDX-License-Identifier: MIT

import source from '../../shaders/features.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Features of each pixel, for `exact`. Once an image.
 */
export const features = {
  name: 'features',
  source,
  layout: {
    /** pixelCount, width, height. */
    problem: 'uniform',
    /** Position and colour divided by sigma, f32 (feature-tables). */
    table: 'read',
    /** RGBA bytes, u32 [pixelCount]. */
    image: 'read',
    /** f32 [pixelCount, featureDim]. */
    features: 'write',
  },
} as const satisfies StageDefinition;
