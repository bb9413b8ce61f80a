// SPDX-License-Identifier: MIT

import { elevationScales } from '../problem/elevation.js';
import { wordsOfKey } from '../reference/packed-key.js';
import type { SimdMemory } from './memory.js';

/** A lattice in WebAssembly's memory: counts, and addresses of the arrays that the twin's `Lattice` has. */
export interface PlacedLattice {
  featureDim: number;
  pointCount: number;
  simplexCount: number;
  vertexCount: number;
  starts: number;
  rows: number;
  points: number;
  weights: number;
  neighbours: number;
  release(): void;
}

/** Where four points' features lie side by side, and where the results go. */
type Places = Record<'features' | 'scales' | 'work' | 'simplexKeys' | 'weights', number>;

/**
 * Embeds points and finds their simplices, vertices and neighbours: the twin's lattice, bit for bit.
 *
 * @param features [featureDim, pointCount], divided by their sigmas
 */
export function buildLattice(memory: SimdMemory, features: Float32Array, featureDim: number): PlacedLattice {
  const { module } = memory;
  const pointCount = features.length / featureDim;
  // Four points are embedded at once.
  const padded = Math.ceil(pointCount / 4) * 4;
  const lengths: Places = {
    features: featureDim * padded,
    scales: featureDim,
    work: module.embedWorkLength(featureDim),
    simplexKeys: wordsOfKey(featureDim) * padded,
    weights: (featureDim + 1) * padded,
  };
  const address = memory.lend(lengths, (at) => {
    for (let j = 0; j < featureDim; j++) {
      const dimension = memory.floats(at.features + 4 * j * padded, padded);
      dimension.set(features.subarray(j * pointCount, (j + 1) * pointCount));
      dimension.fill(0, pointCount);
    }
    memory.floats(at.scales, featureDim).set(elevationScales(featureDim));
    module.embed(featureDim, padded, at.features, at.scales, at.work, at.simplexKeys, at.weights);
    return memory.allocating(() => module.buildLattice(featureDim, pointCount, at.simplexKeys, at.weights));
  });
  // In the order of the class in assembly/lattice.ts.
  const [simplexCount, vertexCount, starts, rows, points, weights, neighbours] = memory.unsigned(address, 7);
  const release = () => module.releaseLattice(address);
  return { featureDim, pointCount, simplexCount, vertexCount, starts, rows, points, weights, neighbours, release };
}
