// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/distance.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Exact squared Euclidean distance to the nearest site. After `line-distance` along columns.
 */
export const distance = {
  name: 'analysis/distance',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Distance along the column in pixels, u32 [pixelCount]. */
    columns: 'read',
    /** Pixels², u32 [pixelCount]. */
    squared: 'write',
    /** Column and start of each parabola of a row, u32 [pixelCount, 2]. */
    envelope: 'write',
  },
} as const satisfies StageDefinition;
