// SPDX-License-Identifier: MIT

import source from '../../shaders/runs.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Cuts each simplex's pixels into runs of bounded length, longest first. After `simplices`;
 * entry points count, offsets, place, scatter in this order.
 */
export const runs = {
  name: 'runs',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** What the build counts. */
    counters: 'write',
    /** (slot, rank), u32 pairs [pixelCount]. */
    placements: 'read',
    /** Owner pixels, u32 [simplexCount]. */
    simplexOwners: 'read',
    /** Pixels a slot, u32 [tableSize]. */
    population: 'read',
    /** Simplex ids by slot, u32 [tableSize]. */
    slotSimplices: 'read',
    /** First position in sortedPixels, u32 [simplexCount]. */
    simplexStarts: 'write',
    /** (simplex, start and length), u32 pairs [runCount]. */
    runs: 'write',
    /** u32 [pixelCount]. */
    sortedPixels: 'write',
  },
} as const satisfies StageDefinition;
