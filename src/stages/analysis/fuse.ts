// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/fuse.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Labels from before refinement where it hollowed them out. After `relabel`, `components` of holes and `sizes`.
 */
export const fuse = {
  name: 'analysis/fuse',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Most pixels of a hole. */
    settings: 'uniform',
    /** Labels, u32 [pixelCount]. */
    before: 'read',
    /** Labels, u32 [pixelCount]. */
    after: 'read',
    /** Bit 0: a background; bit 1: a label to fuse; u32 [labelCount]. */
    roles: 'read',
    /** Holes: 0, or 1 + the first pixel, u32 [pixelCount]. */
    roots: 'read',
    /** Pixels of each hole by root, u32 [pixelCount + 1]. */
    sizes: 'read',
    /** u32 [pixelCount]. */
    fused: 'write',
  },
} as const satisfies StageDefinition;
