// SPDX-License-Identifier: MIT

import source from '../../shaders/vertices.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Finds or takes a slot in the hash table for every vertex of every simplex. After `simplices`.
 */
export const vertices = {
  name: 'vertices',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** Packed simplices, u32 [pixelCount, keyWords]. */
    keys: 'read',
    /** Owner pixels, u32 [simplexCount]. */
    simplexOwners: 'read',
    /** Hash table of owners, u32 [tableSize], zero at first. */
    table: 'write',
    /** Vertex ids by slot, u32 [tableSize]. */
    slotVertices: 'write',
    /** Slots, u32 [simplexCount, featureDim + 1]. */
    simplexVertices: 'write',
    /** Owner simplex and remainder, u32 [vertexCapacity + 1]. */
    vertexOwners: 'write',
    /** What the build counts. */
    counters: 'write',
  },
} as const satisfies StageDefinition;
