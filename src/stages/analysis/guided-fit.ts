// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/guided-fit.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Guided filter, second step: sums down columns, and the linear model of each window.
 */
export const guidedFit = {
  name: 'analysis/guided-fit',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Radius in pixels, epsilon. */
    settings: 'uniform',
    /** Of `guided-sums`. */
    means: 'read',
    /** Of `guided-sums`. */
    squares: 'read',
    /** Of `guided-sums`. */
    mixed: 'read',
    /** Of `guided-sums`. */
    products: 'read',
    /** a and b, f32 [pixelCount, 4]. */
    models: 'write',
  },
} as const satisfies StageDefinition;
