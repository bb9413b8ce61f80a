// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/ids.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Numbers components in raster order: entry point `flag`, then `scan`, then `main`.
 */
export const ids = {
  name: 'analysis/ids',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** 0, or 1 + the first pixel of the component, u32 [pixelCount]. */
    roots: 'read',
    /** 0, or 1, 2, …, u32 [pixelCount]. */
    ids: 'write',
    /** Flags, then how many components begin before a pixel, u32 [pixelCount]. */
    flags: 'write',
  },
} as const satisfies StageDefinition;
