// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/areas.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Pixels and bounding box of each label. The table is cleared before.
 */
export const areas = {
  name: 'analysis/areas',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** labelCount. */
    settings: 'uniform',
    /** u32 [pixelCount]. */
    labels: 'read',
    /** Pixels, width - left, height - top, right, bottom; u32 [labelCount + 1, 5]. */
    table: 'write',
  },
} as const satisfies StageDefinition;
