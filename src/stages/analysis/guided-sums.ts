// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/guided-sums.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Guided filter, first step: exact sums along rows.
 */
export const guidedSums = {
  name: 'analysis/guided-sums',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Radius in pixels, epsilon on the square of colours in 0..1. */
    settings: 'uniform',
    /** RGBA bytes, u32 [pixelCount]. */
    image: 'read',
    /** f32 in 0..1, or a mask u32; [pixelCount]. */
    probability: 'read',
    /** Sums of r, g, b, p; u32 [pixelCount, 4]. */
    means: 'write',
    /** Sums of rr, rg, rb, gg; u32 [pixelCount, 4]. */
    squares: 'write',
    /** Sums of gb, bb, r·high, r·low; u32 [pixelCount, 4]. */
    mixed: 'write',
    /** Sums of g·high, g·low, b·high, b·low; u32 [pixelCount, 4]. */
    products: 'write',
  },
} as const satisfies StageDefinition;
