// SPDX-License-Identifier: MIT

import type { PlacedLattice } from './lattice.js';
import type { SimdMemory } from './memory.js';

/**
 * Divides the vertices of a lattice, so that each part has about as much to add in a splat: pictures have areas where vertices are few and pixels many.
 *
 * @returns where the first vertex of each part stands, and the end: u32 [partCount + 1]
 */
export function reserveVertexParts(memory: SimdMemory, lattice: PlacedLattice, partCount: number): number {
  const address = memory.reserve(partCount + 1);
  const firstVertices = memory.unsigned(address, partCount + 1).fill(lattice.vertexCount);
  firstVertices[0] = 0;
  if (partCount === 1) return address;
  const work = workOfVertices(memory, lattice);
  const share = work.reduce((sum, of) => sum + of, 0) / partCount;
  let [part, done] = [1, 0];
  for (let vertex = 0; vertex < work.length; vertex++) {
    done += work[vertex];
    if (done >= part * share && part < partCount) firstVertices[part++] = vertex + 1;
  }
  return address;
}

/** Rows that are added to each vertex: that of each point in each of its simplices, and what a simplex sums up. */
function workOfVertices(memory: SimdMemory, lattice: PlacedLattice): Uint32Array {
  const { featureDim, simplexCount, vertexCount } = lattice;
  const corners = featureDim + 1;
  const starts = memory.unsigned(lattice.starts, simplexCount + 1);
  const rows = memory.unsigned(lattice.rows, simplexCount * corners);
  const work = new Uint32Array(vertexCount);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const added = starts[simplex + 1] - starts[simplex] + 1;
    for (let at = simplex * corners; at < (simplex + 1) * corners; at++) work[rows[at] - 1] += added;
  }
  return work;
}
