// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/threshold.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Mask of the values up to a limit, or of those above it. After distances: dilation and erosion.
 */
export const threshold = {
  name: 'analysis/threshold',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** limit. */
    settings: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** 0 or 1, u32 [pixelCount]. */
    mask: 'write',
  },
} as const satisfies StageDefinition;
