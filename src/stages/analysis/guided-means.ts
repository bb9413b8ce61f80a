// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/guided-means.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Guided filter, third step: mean models along rows.
 */
export const guidedMeans = {
  name: 'analysis/guided-means',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Radius in pixels, epsilon. */
    settings: 'uniform',
    /** a and b, f32 [pixelCount, 4]. */
    models: 'read',
    /** f32 [pixelCount, 4]. */
    rowMeans: 'write',
  },
} as const satisfies StageDefinition;
