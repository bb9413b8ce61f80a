// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Embedding } from '../../../src/reference/embed.js';
import type { Lattice } from '../../../src/reference/lattice.js';
import { buildOnCpu, buildOnGpu, latticeCases } from '../../support/lattice-fixture.js';
import { type BuiltLattice, cornersOnCpu, namedOnCpu, namedOnGpu } from '../../support/lattice-keys.js';
import { StageDevice, tinyTunings } from '../../support/stage-device.js';

// embed, simplices, runs, vertices, vertex-ids, dispatch-sizes, neighbours: each reads what the one before left.

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

// Programs are compiled anew for every dimension and every tuning, which is what takes the time here.
const cases = [
  ...tinyTunings.map((tuning) => ({ name: 'position and colour', ...tuning })),
  ...Object.keys(latticeCases).map((name) => ({ name, ...tinyTunings[2] })),
];

describe.each(cases)('$name, workgroups of $workgroupSize, runs of $maxRunLength', ({ name, ...tuning }) => {
  const problem = latticeCases[name]();
  let built: BuiltLattice;
  let twin: { embedding: Embedding; lattice: Lattice };
  beforeAll(async () => {
    twin = buildOnCpu(problem);
    built = await buildOnGpu(gpu, problem, tuning);
  });

  test('embed: every pixel’s simplex and barycentric weights', () => {
    expect(built.corners).toEqual(cornersOnCpu(twin.embedding));
    const shape = [built.pixelCount, built.featureDim + 1];
    expect(built.weights).toBeAllClose(twin.embedding.weights, { tolerance: 1e-6, shape });
  });

  test('simplices: as many as there are, each with a pixel of its own', () => {
    const { corners, simplexOwners } = built;
    expect(built.counts.simplices).toBe(twin.lattice.simplexCount);
    expect(new Set(Array.from(simplexOwners, (pixel) => String(corners[pixel]))).size).toBe(built.counts.simplices);
  });

  test('runs: every pixel exactly once, among pixels of its simplex, in as few runs as can be', () => {
    const { corners, simplexOwners, sortedPixels } = built;
    const seen = new Uint32Array(built.pixelCount);
    for (const { simplex, start, length } of built.runs) {
      for (const pixel of sortedPixels.subarray(start, start + length)) {
        seen[pixel]++;
        expect(corners[pixel]).toEqual(corners[simplexOwners[simplex]]);
      }
    }
    expect([...seen]).toEqual(Array.from(seen, () => 1));
    const { simplexStarts } = twin.lattice;
    const fewest = Array.from(simplexStarts.subarray(1), (end, simplex) =>
      Math.ceil((end - simplexStarts[simplex]) / tuning.maxRunLength),
    ).reduce((sum, runs) => sum + runs, 0);
    expect(built.counts.runs).toBe(fewest);
  });

  test('vertices and neighbours: the same vertices, and the same ones next to each other', () => {
    expect(built.counts.vertices).toBe(twin.lattice.vertexCount);
    expect(built.counts.verticesWanted).toBe(twin.lattice.vertexCount);
    expect(namedOnGpu(built)).toEqual(namedOnCpu(twin.embedding, twin.lattice));
  });

  test('vertex-ids: how many pixels splat into each vertex', () => {
    expect(built.splatCounts).toEqual(countSplats(built));
  });

  test('dispatch-sizes: workgroups for what was counted', () => {
    const { sizes, counts } = built;
    const groups = (items: number) => [Math.ceil(items / tuning.workgroupSize), 1];
    expect(sizes.simplices).toEqual([...groups(counts.simplices), 1]);
    expect(sizes.runs).toEqual([...groups(counts.runs), 1]);
    expect(sizes.vertices).toEqual([...groups(counts.vertices), 1]);
    expect(sizes.runBlocks.slice(0, 2)).toEqual(groups(counts.runs));
    expect(sizes.vertexBlocks.slice(0, 2)).toEqual(groups(counts.vertices));
  });
});

function countSplats({ runs, simplexVertices, featureDim, counts }: BuiltLattice): Uint32Array {
  const counted = new Uint32Array(counts.vertices + 1);
  for (const { simplex, length } of runs) {
    for (let k = 0; k <= featureDim; k++) counted[simplexVertices[simplex * (featureDim + 1) + k]] += length;
  }
  return counted;
}

describe('what else can be', () => {
  test('vertices past the capacity are counted, and have the id of the vertex that does not exist', async () => {
    const problem = latticeCases['colour noise']();
    const capacity = 20;
    const built = await buildOnGpu(gpu, problem, tinyTunings[2], capacity);
    expect(built.counts.verticesWanted).toBe(buildOnCpu(problem).lattice.vertexCount);
    expect(built.counts.vertices).toBe(capacity);
    expect(Math.max(...built.simplexVertices)).toBe(capacity);
    expect(Math.max(...built.neighbours)).toBeLessThanOrEqual(capacity);
    expect(built.sizes.vertices).toEqual([Math.ceil(capacity / tinyTunings[2].workgroupSize), 1, 1]);
  });

  test('another image, a simplex or a neighbour that is another one: each is noticed', async () => {
    const problem = latticeCases['position and colour']();
    const built = await buildOnGpu(gpu, problem, tinyTunings[4]);
    const { embedding, lattice } = buildOnCpu({ ...problem, rgba: problem.rgba.toReversed() });
    expect(built.corners).not.toEqual(cornersOnCpu(embedding));
    expect(namedOnGpu(built)).not.toEqual(namedOnCpu(embedding, lattice));

    const twin = buildOnCpu(problem);
    const expected = namedOnCpu(twin.embedding, twin.lattice);
    expect(namedOnGpu(built)).toEqual(expected);
    const place = built.neighbours.findIndex((id, index) => index >= 2 * (built.featureDim + 1) && id > 0);
    built.neighbours[place] = (built.neighbours[place] % built.counts.vertices) + 1;
    expect(namedOnGpu(built)).not.toEqual(expected);
    built.simplexVertices[0] = built.simplexVertices[1];
    expect(() => namedOnGpu(built)).toThrow(/^id \d+ is /);
  });
});
