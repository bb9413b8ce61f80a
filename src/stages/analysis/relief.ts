// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/relief.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Squared distances to a relief that `basins` floods.
 */
export const relief = {
  name: 'analysis/relief',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Pixels², u32 [pixelCount]. */
    squared: 'read',
    /** 1/256 pixel, u32 [pixelCount]. */
    relief: 'write',
  },
} as const satisfies StageDefinition;
