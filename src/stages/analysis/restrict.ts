// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/restrict.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Values inside a mask: seeds that lie outside the watershed's mask do not count.
 */
export const restrict = {
  name: 'analysis/restrict',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** u32 [pixelCount]. */
    mask: 'read',
    /** u32 [pixelCount]. */
    restricted: 'write',
  },
} as const satisfies StageDefinition;
