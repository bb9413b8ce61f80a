// SPDX-License-Identifier: MIT

/** Sizes of a lattice that follow from its dimension and the number of pixels alone. */
export interface LatticeShape {
  /** Bits of a residual's rank in a packed simplex. */
  rankBits: number;
  ranksPerWord: number;
  /** Words of a packed simplex. */
  keyWords: number;
  /** Slots of the hash tables: powers of two, at least 4/3 of what there can be. */
  simplexTableSize: number;
  vertexTableSize: number;
  /** Vertices there can be at most: each pixel in a simplex of its own, no two of which touch. */
  maxVertexCount: number;
}

export function latticeShape(featureDim: number, pixelCount: number): LatticeShape {
  const cornerCount = featureDim + 1;
  const rankBits = Math.max(1, Math.ceil(Math.log2(cornerCount)));
  const ranksPerWord = Math.floor(32 / rankBits);
  const tableSize = (entries: number) => 2 ** Math.ceil(Math.log2(Math.max(2, (entries * 4) / 3)));
  return {
    rankBits,
    ranksPerWord,
    keyWords: Math.ceil(featureDim / 2) + Math.ceil(cornerCount / ranksPerWord),
    simplexTableSize: tableSize(pixelCount),
    vertexTableSize: tableSize(pixelCount * cornerCount),
    maxVertexCount: pixelCount * cornerCount,
  };
}

/** Vertices there is room for before the first image has been counted. */
export function firstVertexCapacity(pixelCount: number): number {
  // Photographs at usual sigmas make 0.03 to 0.1 vertices a pixel, the spatial kernel at sigma 3 0.13.
  return Math.ceil(pixelCount / 6) + 256;
}
