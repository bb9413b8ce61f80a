// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/relief.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Squared distances to a relief that `basins` floods: entry point `main` for a mask, `around` for a mask with a core.
 */
export const relief = {
  name: 'analysis/relief',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** To what is outside the mask or the core, pixels², u32 [pixelCount]. */
    squared: 'read',
    /** To the core, pixels², u32 [pixelCount]. */
    outward: 'read',
    /** u32 [pixelCount]. */
    mask: 'read',
    /** 1/256 pixel, u32 [pixelCount]. */
    relief: 'write',
  },
} as const satisfies StageDefinition;
