// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';

/** Sizes that follow from the dimension and the number of pixels alone. */
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
  const vertexCount = featureDim + 1;
  const rankBits = Math.max(1, Math.ceil(Math.log2(vertexCount)));
  const ranksPerWord = Math.floor(32 / rankBits);
  const tableSize = (entries: number) => 2 ** Math.ceil(Math.log2(Math.max(2, (entries * 4) / 3)));
  return {
    rankBits,
    ranksPerWord,
    keyWords: Math.ceil(featureDim / 2) + Math.ceil(vertexCount / ranksPerWord),
    simplexTableSize: tableSize(pixelCount),
    vertexTableSize: tableSize(pixelCount * vertexCount),
    maxVertexCount: pixelCount * vertexCount,
  };
}

/** Longest run that `Counters` has room for. */
const counterWords = 4 + 2 * 64;

/** What only the build of a lattice needs: shared by all kernels of an engine, which are built one after the other. */
export class LatticeScratch {
  readonly keys: GPUBuffer;
  readonly simplexTable: GPUBuffer;
  readonly population: GPUBuffer;
  readonly slotSimplices: GPUBuffer;
  readonly placements: GPUBuffer;
  readonly simplexOwners: GPUBuffer;
  readonly simplexStarts: GPUBuffer;
  readonly vertexTable: GPUBuffer;
  readonly slotVertices: GPUBuffer;
  readonly counters: GPUBuffer;
  private readonly buffers: BufferSet;

  /** @param featureDims of all lattices that will be built with it */
  constructor(device: GPUDevice, pixelCount: number, featureDims: readonly number[], memory?: BufferSet) {
    const shapes = featureDims.map((featureDim) => latticeShape(featureDim, pixelCount));
    const largest = (pick: (shape: LatticeShape) => number) => Math.max(...shapes.map(pick));
    this.buffers = new BufferSet(device, memory);
    const words = (label: string, count: number) => this.buffers.storage(`LatticeScratch.${label}`, count * 4);
    const simplexSlots = largest((shape) => shape.simplexTableSize);
    const vertexSlots = largest((shape) => shape.vertexTableSize);
    this.keys = words('keys', pixelCount * largest((shape) => shape.keyWords));
    this.simplexTable = words('simplexTable', simplexSlots);
    this.population = words('population', simplexSlots);
    this.slotSimplices = words('slotSimplices', simplexSlots);
    this.placements = words('placements', pixelCount * 2);
    this.simplexOwners = words('simplexOwners', pixelCount);
    this.simplexStarts = words('simplexStarts', pixelCount);
    this.vertexTable = words('vertexTable', vertexSlots);
    this.slotVertices = words('slotVertices', vertexSlots);
    this.counters = words('counters', counterWords);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  destroy(): void {
    this.buffers.destroy();
  }
}
