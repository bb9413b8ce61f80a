// SPDX-License-Identifier: MIT

import source from '../../shaders/repack.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Q or energies of one layout of rows into another. When parameters ask for another layout; entry points lowest (a slab), base, then
 * main (a slab of either).
 */
export const repack = {
  name: 'repack',
  source,
  layout: {
    /** pixelCount, labelCount, first label of the old and of the new slab. */
    repack: 'uniform',
    /** f32 [pixelCount, channels of the old layout]. */
    oldRows: 'read',
    /** (energy of the last label, what others are relative to), f32 pairs [pixelCount], of the layout that does not store it. */
    lastUnary: 'write',
    /** f32 [pixelCount, channels of the new layout]. */
    newRows: 'write',
  },
} as const satisfies StageDefinition;
