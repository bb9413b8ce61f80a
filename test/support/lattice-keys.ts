// SPDX-License-Identifier: MIT

import type { LatticeStructure } from '../../src/engine/plan/lattice-plan.js';
import { latticeShape } from '../../src/engine/plan/lattice-shape.js';
import type { BuildScratch } from '../../src/engine/plan/plan.js';
import type { Embedding } from '../../src/reference/embed.js';
import type { Lattice } from '../../src/reference/lattice.js';
import { unpackKey, wordsOfKey } from '../../src/reference/packed-key.js';
import { dispatchSizeOffsets, dispatchSizesBytes } from '../../src/stages/dispatch-sizes.js';
import type { Planned } from './planned.js';

/** A simplex as the coordinates of its vertices, by remainder: the first d of each. Both backends come down to it. */
export type Corners = readonly (readonly number[])[];

/** Vertices and their neighbours by name, so that ids, which depend on the order of things, play no part. */
export interface NamedLattice {
  /** Simplex of each pixel, named by its vertices. */
  simplexOfPixel: string[];
  /** For each vertex and axis its two neighbours in the order of their names; '' is none. */
  neighbours: Map<string, string[]>;
}

/** Vertices of a simplex from its remainder-0 vertex, divided by d + 1, and the ranks of its residuals. */
function cornersOf(quotients: readonly number[], ranks: readonly number[]): number[][] {
  const d = quotients.length;
  return Array.from({ length: d + 1 }, (_, k) =>
    quotients.map((q, j) => q * (d + 1) + (ranks[j] <= d - k ? k : k - (d + 1))),
  );
}

/** Simplices of all points in the CPU twin's form. */
export function cornersOnCpu({ featureDim, pointCount, simplexKeys }: Embedding): Corners[] {
  const numbers = new Int32Array(featureDim);
  return Array.from({ length: pointCount }, (_, point) => {
    unpackKey(simplexKeys, point * wordsOfKey(featureDim), featureDim, numbers);
    const quotients = Array.from(numbers, (number) => Math.floor(number / (featureDim + 1)));
    return cornersOf(
      quotients,
      Array.from(numbers, (number, j) => number - quotients[j] * (featureDim + 1)),
    );
  });
}

/** Simplices of all points in the form that `embed.wgsl` writes. */
export function cornersOnGpu(keys: Uint32Array, featureDim: number, pixelCount: number): Corners[] {
  const { keyWords, rankBits, ranksPerWord } = latticeShape(featureDim, pixelCount);
  const coordinateWords = Math.ceil(featureDim / 2);
  return Array.from({ length: pixelCount }, (_, pixel) => {
    const words = keys.subarray(pixel * keyWords, (pixel + 1) * keyWords);
    const quotients = Array.from({ length: featureDim }, (_unused, j) => (words[j >> 1] << (j % 2 ? 0 : 16)) >> 16);
    const ranks = quotients.map((_q, j) => {
      const word = words[coordinateWords + Math.floor(j / ranksPerWord)];
      return (word >>> ((j % ranksPerWord) * rankBits)) & ((1 << rankBits) - 1);
    });
    return cornersOf(quotients, ranks);
  });
}

/** The CPU twin's lattice by name. */
export function namedOnCpu(embedding: Embedding, lattice: Lattice): NamedLattice {
  const corners = cornersOnCpu(embedding);
  const { featureDim: d, vertexCount, simplexCount, simplexStarts, simplexRows, points } = lattice;
  const names = nameVertices(
    Array.from({ length: simplexCount }, (_, simplex) => corners[points[simplexStarts[simplex]]]),
    simplexRows,
    vertexCount,
  );
  return {
    simplexOfPixel: corners.map(String),
    neighbours: nameNeighbours(names, d + 1, (vertex, axis, side) => {
      return lattice.neighbours[(axis * vertexCount + vertex - 1) * 2 + side];
    }),
  };
}

/** What a build left in its buffers. */
export interface BuiltLattice {
  featureDim: number;
  pixelCount: number;
  counts: { vertices: number; verticesWanted: number; simplices: number; runs: number };
  /** Workgroup counts (x, y, z) by what they are for. */
  sizes: Record<'simplices' | 'runs' | 'vertices' | 'runBlocks' | 'vertexBlocks', readonly number[]>;
  corners: Corners[];
  weights: Float32Array;
  simplexOwners: Uint32Array;
  simplexVertices: Uint32Array;
  sortedPixels: Uint32Array;
  runs: { simplex: number; start: number; length: number }[];
  splatCounts: Uint32Array;
  neighbours: Uint32Array;
}

export async function readLattice(
  gpu: Planned,
  structure: LatticeStructure,
  scratch: BuildScratch,
  shape: { featureDim: number; pixelCount: number; maxRunLength: number },
): Promise<BuiltLattice> {
  const { featureDim, pixelCount, maxRunLength } = shape;
  const cornerCount = featureDim + 1;
  const sizes = await gpu.words(structure.sizes, dispatchSizesBytes / 4);
  const at = (name: keyof typeof dispatchSizeOffsets) => dispatchSizeOffsets[name] / 4;
  const size = (name: keyof typeof dispatchSizeOffsets) => [...sizes.subarray(at(name), at(name) + 3)];
  const counts = {
    vertices: sizes[at('counted')],
    runs: sizes[at('counted') + 1],
    verticesWanted: sizes[at('verticesWanted')],
    simplices: sizes[at('simplexCount')],
  };
  const { keyWords } = latticeShape(featureDim, pixelCount);
  const runWords = await gpu.words(structure.runs, 2 * counts.runs);
  return {
    featureDim,
    pixelCount,
    counts,
    sizes: {
      simplices: size('simplices'),
      runs: size('runs'),
      vertices: size('vertices'),
      runBlocks: size('runBlocks'),
      vertexBlocks: size('vertexBlocks'),
    },
    corners: cornersOnGpu(await gpu.words(scratch.keys, pixelCount * keyWords), featureDim, pixelCount),
    weights: await gpu.floats(structure.weights, pixelCount * cornerCount),
    simplexOwners: await gpu.words(scratch.simplexOwners, counts.simplices),
    simplexVertices: await gpu.words(structure.simplexVertices, counts.simplices * cornerCount),
    sortedPixels: await gpu.words(structure.sortedPixels, pixelCount),
    runs: Array.from({ length: counts.runs }, (_, run) => ({
      simplex: runWords[2 * run],
      start: Math.floor(runWords[2 * run + 1] / maxRunLength),
      length: (runWords[2 * run + 1] % maxRunLength) + 1,
    })),
    splatCounts: await gpu.words(structure.splatCounts, counts.vertices + 1),
    neighbours: await gpu.words(structure.neighbours, (counts.vertices + 1) * cornerCount * 2),
  };
}

/** The GPU's lattice by name. */
export function namedOnGpu(lattice: BuiltLattice): NamedLattice {
  const { featureDim: d, counts, corners, simplexOwners, simplexVertices, neighbours } = lattice;
  const names = nameVertices(
    Array.from(simplexOwners, (pixel) => corners[pixel]),
    simplexVertices,
    counts.vertices,
  );
  return {
    simplexOfPixel: corners.map(String),
    neighbours: nameNeighbours(names, d + 1, (vertex, axis, side) => neighbours[(vertex * (d + 1) + axis) * 2 + side]),
  };
}

/** Name of each vertex id, 1..vertexCount; throws where an id stands for two vertices, or two ids for one. */
function nameVertices(simplices: readonly Corners[], ids: ArrayLike<number>, vertexCount: number): string[] {
  const names: string[] = Array.from({ length: vertexCount + 1 }, () => '');
  const idOfName = new Map<string, number>();
  simplices.forEach((corners, simplex) => {
    corners.forEach((corner, remainder) => {
      const id = ids[simplex * corners.length + remainder];
      const name = String(corner);
      if (id < 1 || id > vertexCount) throw new Error(`vertex ${name} has the id ${id} of ${vertexCount}`);
      if (names[id] !== '' && names[id] !== name) throw new Error(`id ${id} is ${names[id]} and ${name}`);
      if ((idOfName.get(name) ?? id) !== id) throw new Error(`${name} has the ids ${idOfName.get(name)} and ${id}`);
      names[id] = name;
      idOfName.set(name, id);
    });
  });
  const unused = names.indexOf('', 1);
  if (unused > 0) throw new Error(`id ${unused} belongs to no simplex`);
  return names;
}

function nameNeighbours(
  names: readonly string[],
  axisCount: number,
  neighbourOf: (vertex: number, axis: number, side: 0 | 1) => number,
): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (let vertex = 1; vertex < names.length; vertex++) {
    const pairs = Array.from({ length: axisCount }, (_, axis) =>
      [names[neighbourOf(vertex, axis, 0)], names[neighbourOf(vertex, axis, 1)]].sort().join(' | '),
    );
    named.set(names[vertex], pairs);
  }
  return named;
}
