// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/trimap.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Trimap from distances to a mask and to the rest.
 */
export const trimap = {
  name: 'analysis/trimap',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Largest undecided squared distances inside and outside. */
    settings: 'uniform',
    /** Pixels², u32 [pixelCount]. */
    toOutside: 'read',
    /** Pixels², u32 [pixelCount]. */
    toInside: 'read',
    /** 0 outside, 1 undecided, 2 inside; u32 [pixelCount]. */
    trimap: 'write',
  },
} as const satisfies StageDefinition;
