// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/guided-alpha.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Guided filter, last step: mean models down columns, applied to the image.
 */
export const guidedAlpha = {
  name: 'analysis/guided-alpha',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Radius in pixels, epsilon. */
    settings: 'uniform',
    /** RGBA bytes, u32 [pixelCount]. */
    image: 'read',
    /** f32 [pixelCount, 4]. */
    rowMeans: 'read',
    /** 0 outside, 1 undecided, 2 inside; u32 [pixelCount]. */
    trimap: 'read',
    /** 0..1, f32 [pixelCount]. */
    alpha: 'write',
  },
} as const satisfies StageDefinition;
