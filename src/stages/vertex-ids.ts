// SPDX-License-Identifier: MIT

import source from '../../shaders/vertex-ids.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Slots become vertex ids; pixels a vertex are counted. After `vertices`.
 */
export const vertexIds = {
  name: 'vertex-ids',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** What the build counts. */
    counters: 'write',
    /** Owner pixels, u32 [simplexCount]. */
    simplexOwners: 'read',
    /** (slot, rank), u32 pairs [pixelCount]. */
    placements: 'read',
    /** Pixels a slot, u32 [tableSize]. */
    population: 'read',
    /** Vertex ids by slot, u32 [tableSize]. */
    slotVertices: 'read',
    /** Slots, then ids, u32 [simplexCount, featureDim + 1]. */
    simplexVertices: 'write',
    /** Pixels a vertex, u32 [vertexCapacity + 1], zero at first. */
    splatCounts: 'write',
  },
} as const satisfies StageDefinition;
