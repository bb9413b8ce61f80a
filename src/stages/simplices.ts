// SPDX-License-Identifier: MIT

import source from '../../shaders/simplices.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Pixels in one simplex get one id; each pixel gets its rank among them. After `embed`.
 */
export const simplices = {
  name: 'simplices',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** Packed simplices, u32 [pixelCount, keyWords]. */
    keys: 'read',
    /** Hash table of owners, u32 [tableSize], zero at first. */
    table: 'write',
    /** Pixels a slot, u32 [tableSize], zero at first. */
    population: 'write',
    /** Simplex ids by slot, u32 [tableSize]. */
    slotSimplices: 'write',
    /** (slot, rank), u32 pairs [pixelCount]. */
    placements: 'write',
    /** Owner pixels, u32 [simplexCount]. */
    simplexOwners: 'write',
    /** What the build counts. */
    counters: 'write',
  },
} as const satisfies StageDefinition;
