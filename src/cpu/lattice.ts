// SPDX-License-Identifier: MIT

import { elevationScales } from '../problem/elevation.js';
import type { FeatureSource } from '../reference/features.js';
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

/** Points that are embedded in one piece: what they need on the way stays in the cache. A multiple of 4, as four are embedded at once. */
const pieceLength = 4096;

/** Where the weights of all points are, in a lattice that is being built: the sixth field of the class in assembly/lattice.ts. */
const weightsField = 5;

/** Embeds points and finds their simplices, vertices and neighbours: the twin's lattice, bit for bit. */
export function buildLattice(memory: SimdMemory, source: FeatureSource): PlacedLattice {
  const { module } = memory;
  const { featureDim, pointCount } = source;
  const address = memory.allocating(() => module.beginLattice(featureDim, pointCount)) >>> 0;
  embedPoints(memory, source, address);
  memory.allocating(() => module.finishLattice(address));
  const [simplexCount, vertexCount, starts, rows, points, weights, neighbours] = memory.unsigned(address, 7);
  const release = () => module.releaseLattice(address);
  return { featureDim, pointCount, simplexCount, vertexCount, starts, rows, points, weights, neighbours, release };
}

/** Piece by piece: features and keys of all points at once would take more than the lattice. */
function embedPoints(memory: SimdMemory, source: FeatureSource, address: number): void {
  const { module } = memory;
  const { featureDim, pointCount } = source;
  const [weights] = memory.unsigned(address + 4 * weightsField, 1);
  const keyLength = (module.keyBytes(featureDim) / 4) * pieceLength;
  const lengths = {
    features: featureDim * pieceLength,
    scales: featureDim,
    work: module.embedWorkLength(featureDim),
    keys: keyLength,
  };
  memory.lend(lengths, (at) => {
    memory.floats(at.scales, featureDim).set(elevationScales(featureDim));
    memory.floats(at.keys, keyLength).fill(0);
    for (let first = 0; first < pointCount; first += pieceLength) {
      const count = Math.min(pieceLength, pointCount - first);
      const padded = Math.ceil(count / 4) * 4;
      const features = memory.floats(at.features, featureDim * padded);
      if (padded > count) features.fill(0);
      source.write(first, count, features, padded);
      const to = weights + 4 * first * (featureDim + 1);
      module.embed(featureDim, padded, at.features, at.scales, at.work, at.keys, to);
      memory.allocating(() => module.numberPoints(address, first, count, at.keys));
    }
  });
}
