// SPDX-License-Identifier: MIT

import source from '../../shaders/neighbours.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Neighbours of each vertex along each axis. Last stage of the structure.
 */
export const neighbours = {
  name: 'neighbours',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** Packed simplices, u32 [pixelCount, keyWords]. */
    keys: 'read',
    /** Owner pixels, u32 [simplexCount]. */
    simplexOwners: 'read',
    /** Hash table of owners, u32 [tableSize]. */
    table: 'read',
    /** Vertex ids by slot, u32 [tableSize]. */
    slotVertices: 'read',
    /** Owner simplex and remainder, u32 [vertexCapacity + 1]. */
    vertexOwners: 'read',
    /** What the build counts (read). */
    counters: 'write',
    /** Vertex id pairs, u32 [vertexCapacity + 1, featureDim + 1]. */
    neighbours: 'write',
  },
} as const satisfies StageDefinition;
