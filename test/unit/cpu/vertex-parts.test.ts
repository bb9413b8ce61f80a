// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { buildLattice, type PlacedLattice } from '../../../src/cpu/lattice.js';
import { SimdMemory } from '../../../src/cpu/memory.js';
import { createStageModule } from '../../../src/cpu/module.js';
import { reserveVertexParts } from '../../../src/cpu/vertex-parts.js';
import { featuresOfArray } from '../../../src/reference/features.js';
import { randomFloats } from '../../support/random.js';

const pointCount = 6000;

/** Places and one colour each; of the first half of the points all are alike, as in a sky. */
async function latticeWithSky() {
  const memory = new SimdMemory(await createStageModule());
  const random = randomFloats(3 * pointCount, 5);
  const features = random.map((value, i) => (i % pointCount < pointCount / 2 ? value : 40 * value));
  return { memory, lattice: buildLattice(memory, featuresOfArray(features, 3)) };
}

/** How many points add to each vertex. */
function pointsOf(memory: SimdMemory, { featureDim, simplexCount, vertexCount, ...places }: PlacedLattice): number[] {
  const corners = featureDim + 1;
  const starts = memory.unsigned(places.starts, simplexCount + 1);
  const counts: number[] = new Array(vertexCount).fill(0);
  for (const [at, row] of memory.unsigned(places.rows, simplexCount * corners).entries()) {
    const simplex = Math.floor(at / corners);
    counts[row - 1] += starts[simplex + 1] - starts[simplex];
  }
  return counts;
}

test.each([1, 2, 3, 4, 7])('%i parts are all vertices, and each has about as much to add', async (partCount) => {
  const { memory, lattice } = await latticeWithSky();
  const first = [...memory.unsigned(reserveVertexParts(memory, lattice, partCount), partCount + 1)];
  expect([first[0], first[partCount]]).toEqual([0, lattice.vertexCount]);
  const counts = pointsOf(memory, lattice);
  const sum = (some: number[]) => some.reduce((a, b) => a + b, 0);
  expect(sum(counts)).toBe(4 * pointCount);
  for (let part = 0; part < partCount; part++) {
    const share = sum(counts.slice(first[part], first[part + 1])) / sum(counts);
    // A vertex is not divided, and those of the sky are few.
    expect(Math.abs(share - 1 / partCount)).toBeLessThan(0.1 + Math.max(...counts) / sum(counts));
  }
});

test('more parts than vertices leave some empty', async () => {
  const memory = new SimdMemory(await createStageModule());
  const lattice = buildLattice(memory, featuresOfArray(new Float32Array(2), 2));
  expect(lattice.vertexCount).toBe(3);
  const first = [...memory.unsigned(reserveVertexParts(memory, lattice, 8), 9)];
  expect(first).toEqual([...first].sort((a, b) => a - b));
  expect([first[0], first[8]]).toEqual([0, 3]);
});
