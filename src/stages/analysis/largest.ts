// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/largest.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * The largest value of a map: how many instances there are. The result is cleared before.
 */
export const largest = {
  name: 'analysis/largest',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** u32. */
    result: 'write',
  },
} as const satisfies StageDefinition;
