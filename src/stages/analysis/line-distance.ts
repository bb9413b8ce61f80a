// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/line-distance.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Distance to the nearest site along a column or row. Before `distance`; and twice for morphology with a square.
 */
export const lineDistance = {
  name: 'analysis/line-distance',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** Pixels, u32 [pixelCount]. */
    distances: 'write',
  },
} as const satisfies StageDefinition;
