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

/** Features times pieces that are embedded at once: more would take much memory where there are many threads or features. */
const batchFeatures = 80;

/** Points whose weights may be held twice while vertices are numbered. */
const mostBeside = 2 ** 22;

/** Where the weights of all points are, in a lattice that is being built: the ninth field of the class in assembly/lattice.ts. */
const unsortedField = 9;

/** Embeds points and finds their simplices, vertices and neighbours: the twin's lattice, bit for bit. */
export function buildLattice(memory: SimdMemory, source: FeatureSource): PlacedLattice {
  const { module, team } = memory;
  const { featureDim, pointCount } = source;
  const address = memory.allocating(() => module.beginLattice(featureDim, pointCount)) >>> 0;
  embedPoints(memory, source, address);
  memory.allocating(() => module.groupPoints(address));
  sortAndNumber(memory, address, pointCount);
  const pieces = module.neighbourPieces(address);
  memory.lend({ keys: (pieces * module.keyBytes(featureDim)) / 4 }, (at) => {
    team.run('findNeighbours', [address, at.keys], pieces);
  });
  module.endLattice(address);
  const [simplexCount, vertexCount, starts, rows, points, weights, neighbours] = memory.unsigned(address, 7);
  const release = () => module.releaseLattice(address);
  return { featureDim, pointCount, simplexCount, vertexCount, starts, rows, points, weights, neighbours, release };
}

/** Puts weights in order and numbers vertices, which only one thread can: one beside the other, but for so many points that it takes the room. */
function sortAndNumber(memory: SimdMemory, address: number, pointCount: number): void {
  const { module, team } = memory;
  const number = () => memory.allocating(() => module.numberVertices(address));
  if (team.threads > 1 && pointCount <= mostBeside) {
    team.runBeside('sortWeights', [address], pointCount, pieceLength, number);
    module.endSorting(address);
  } else {
    team.run('sortWeights', [address], pointCount);
    module.endSorting(address);
    number();
  }
}

/**
 * A few pieces at a time: features and keys of all points at once would take more than the lattice. There is room for two such batches: while one is
 * embedded, this thread numbers the simplices of the one before, which only one thread can, and writes the features of the next.
 */
function embedPoints(memory: SimdMemory, source: FeatureSource, address: number): void {
  const { module, team } = memory;
  const { featureDim, pointCount } = source;
  const [unsorted] = memory.unsigned(address + 4 * unsortedField, 1);
  const pieces = Math.min(team.threads, Math.ceil(pointCount / pieceLength), Math.ceil(batchFeatures / featureDim));
  const batchLength = pieces * pieceLength;
  const batches = Math.ceil(pointCount / batchLength);
  const featureLength = featureDim * batchLength;
  const keyLength = (module.keyBytes(featureDim) / 4) * batchLength;
  const lengths = {
    features: 2 * featureLength,
    scales: featureDim,
    work: pieces * module.embedWorkLength(featureDim),
    keys: 2 * keyLength,
  };
  memory.lend(lengths, (at) => {
    memory.floats(at.scales, featureDim).set(elevationScales(featureDim));
    memory.floats(at.keys, 2 * keyLength).fill(0);
    const featuresOf = (batch: number) => at.features + 4 * featureLength * (batch % 2);
    const keysOf = (batch: number) => at.keys + 4 * keyLength * (batch % 2);
    const countOf = (batch: number) => Math.min(batchLength, pointCount - batch * batchLength);
    const write = (batch: number) => {
      const features = memory.floats(featuresOf(batch), featureLength);
      for (let piece = 0; piece * pieceLength < countOf(batch); piece++) {
        const from = piece * pieceLength;
        const count = Math.min(pieceLength, countOf(batch) - from);
        const target = features.subarray(featureDim * from, featureDim * (from + pieceLength));
        if (count < pieceLength) target.fill(0);
        source.write(batch * batchLength + from, count, target, pieceLength);
      }
    };
    const number = (batch: number) =>
      memory.allocating(() => module.numberPoints(address, batch * batchLength, countOf(batch), keysOf(batch)));
    write(0);
    for (let batch = 0; batch < batches; batch++) {
      const padded = Math.ceil(countOf(batch) / 4) * 4;
      const weights = unsorted + 4 * batch * batchLength * (featureDim + 1);
      const places = [featuresOf(batch), at.scales, at.work, keysOf(batch), weights] as const;
      team.runBeside('embed', [featureDim, pieceLength, padded, ...places], Math.ceil(padded / pieceLength), 1, () => {
        if (batch > 0) number(batch - 1);
        if (batch + 1 < batches) write(batch + 1);
      });
    }
    number(batches - 1);
  });
}
