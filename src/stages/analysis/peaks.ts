// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/peaks.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * The highest pixel of each basin as a root that `ids` numbers: entry points `find`, `mark`. After the rounds of `basins`.
 */
export const peaks = {
  name: 'analysis/peaks',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    relief: 'read',
    /** Of `basins`, u32 [pixelCount]. */
    codes: 'read',
    /** Of `basins`, u32 [pixelCount, 4]. */
    basins: 'write',
    /** 1 + the pixel at a peak, else 0, u32 [pixelCount]. */
    roots: 'write',
  },
} as const satisfies StageDefinition;
