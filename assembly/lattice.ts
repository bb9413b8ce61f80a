// SPDX-License-Identifier: MIT

import { KeyTable, sameKey } from './key-table';

/** The part of the permutohedral lattice that some points touch; src/reference/lattice.ts says what each array is. */
@unmanaged
class Lattice {
  simplexCount: u32 = 0;
  vertexCount: u32 = 0;
  /** i32 [simplexCount + 1] */
  starts: usize = 0;
  /** i32 [simplexCount, corners] */
  rows: usize = 0;
  /** i32 [pointCount] */
  points: usize = 0;
  /** f32 [pointCount, corners] */
  weights: usize = 0;
  /** i32 [corners, vertexCount, 2] */
  neighbours: usize = 0;
}

/**
 * Finds the vertices of all simplices and their neighbours, in the order and with the numbers of src/reference/lattice.ts.
 *
 * @param simplexKeys packed, i32 [pointCount, (featureDim + 1) / 2]
 * @param weights barycentric, f32 [pointCount, featureDim + 1]
 * @returns where a `Lattice` is; `releaseLattice` frees it and its arrays
 */
export function buildLattice(featureDim: u32, pointCount: u32, simplexKeys: usize, weights: usize): usize {
  const wordCount = (featureDim + 1) >> 1;
  const lattice = new Lattice();
  const simplexOfPoint = heap.alloc(pointCount << 2);
  const simplices = numberSimplices(pointCount, wordCount, simplexKeys, simplexOfPoint);
  lattice.simplexCount = simplices.count;
  groupBySimplex(lattice, featureDim + 1, pointCount, simplexOfPoint, weights);
  heap.free(simplexOfPoint);
  const vertices = numberVertices(lattice, featureDim, wordCount, simplices);
  simplices.release();
  lattice.vertexCount = vertices.count;
  findNeighbours(lattice, featureDim, wordCount, vertices);
  vertices.release();
  return changetype<usize>(lattice);
}

export function releaseLattice(address: usize): void {
  const lattice = changetype<Lattice>(address);
  heap.free(lattice.starts);
  heap.free(lattice.rows);
  heap.free(lattice.points);
  heap.free(lattice.weights);
  heap.free(lattice.neighbours);
  heap.free(address);
}

function numberSimplices(pointCount: u32, wordCount: u32, keys: usize, simplexOfPoint: usize): KeyTable {
  const simplices = new KeyTable(wordCount, pointCount >> 2);
  const keyBytes = wordCount << 2;
  let simplex: u32 = 0;
  for (let point: u32 = 0; point < pointCount; point++) {
    const key = keys + point * keyBytes;
    // Every other pixel is in the simplex of the one before.
    const isSame = point > 0 && sameKey(key, key - keyBytes, wordCount);
    if (!isSame) simplex = simplices.insert(key);
    store<u32>(simplexOfPoint + (point << 2), simplex);
  }
  return simplices;
}

/** Counting sort of the points by simplex; the weights move along. */
function groupBySimplex(lattice: Lattice, corners: u32, pointCount: u32, simplexOfPoint: usize, unsorted: usize): void {
  const simplexCount = lattice.simplexCount;
  const starts = heap.alloc((simplexCount + 1) << 2);
  const points = heap.alloc(pointCount << 2);
  const weights = heap.alloc((pointCount * corners) << 2);
  memory.fill(starts, 0, (simplexCount + 1) << 2);
  for (let point: u32 = 0; point < pointCount; point++) {
    const at = starts + (load<u32>(simplexOfPoint + (point << 2)) << 2);
    store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  for (let simplex: u32 = 0; simplex < simplexCount; simplex++) {
    const at = starts + (simplex << 2);
    store<u32>(at, load<u32>(at) + load<u32>(at, 4), 4);
  }
  // Each start moves on to where the next point goes, and so to the start of the next simplex.
  for (let point: u32 = 0; point < pointCount; point++) {
    const next = starts + (load<u32>(simplexOfPoint + (point << 2)) << 2);
    const place = load<u32>(next);
    store<u32>(next, place + 1);
    store<u32>(points + (place << 2), point);
    const from = unsorted + ((point * corners) << 2);
    const to = weights + ((place * corners) << 2);
    for (let k: u32 = 0; k < corners; k++) store<u32>(to + (k << 2), load<u32>(from + (k << 2)));
  }
  memory.copy(starts + 4, starts, simplexCount << 2);
  store<u32>(starts, 0);
  lattice.starts = starts;
  lattice.points = points;
  lattice.weights = weights;
}

/** 16-bit numbers in a packed key are biased by this. */
const bias: i32 = 0x8000;

function numberVertices(lattice: Lattice, featureDim: u32, wordCount: u32, simplices: KeyTable): KeyTable {
  const corners = featureDim + 1;
  const simplexCount = simplices.count;
  const vertices = new KeyTable(wordCount, simplexCount >> 1);
  const rows = heap.alloc((simplexCount * corners) << 2);
  const words = heap.alloc(wordCount << 2);
  const coordinateOfRank = heap.alloc(corners << 2);
  let at = rows;
  for (let simplex: u32 = 0; simplex < simplexCount; simplex++) {
    startWalk(simplices.keyAt(simplex), featureDim, wordCount, words, coordinateOfRank);
    for (let remainder: u32 = 0; remainder < corners; remainder++) {
      // From one remainder to the next every coordinate grows by 1, and the one of the highest rank yet falls by d + 1.
      if (remainder > 0) {
        const falling = load<u32>(coordinateOfRank + ((corners - remainder) << 2));
        shiftKey(words, featureDim, 1, falling, -(<i32>corners));
      }
      store<u32>(at, vertices.insert(words) + 1);
      at += 4;
    }
  }
  heap.free(words);
  heap.free(coordinateOfRank);
  lattice.rows = rows;
  return vertices;
}

/** Splits a simplex' key into its vertex of remainder 0, packed again, and the coordinates by rank. */
function startWalk(key: usize, featureDim: u32, wordCount: u32, words: usize, coordinateOfRank: usize): void {
  const corners = <i32>featureDim + 1;
  for (let w: u32 = 0; w < wordCount; w++) store<u32>(words + (w << 2), 0);
  // The rank that is left over belongs to coordinate d, which the key does not hold.
  for (let rank: u32 = 0; rank <= featureDim; rank++) store<u32>(coordinateOfRank + (rank << 2), featureDim);
  for (let i: u32 = 0; i < featureDim; i++) {
    const number = <i32>load<u16>(key + (i << 1)) - bias;
    const remainder = number % corners;
    const rank = remainder < 0 ? remainder + corners : remainder;
    store<u32>(coordinateOfRank + (rank << 2), i);
    store<u16>(words + (i << 1), <u16>(number - rank + bias));
  }
}

/** Adds `all` to every coordinate of a packed key, and `more` to coordinate `one`, if it holds that. */
function shiftKey(words: usize, featureDim: u32, all: i32, one: u32, more: i32): void {
  for (let i: u32 = 0; i < featureDim; i++) {
    const at = words + (i << 1);
    store<u16>(at, <u16>(<i32>load<u16>(at) + all + (i === one ? more : 0)));
  }
}

/** Being neighbours is mutual: one look-up finds two. */
function findNeighbours(lattice: Lattice, featureDim: u32, wordCount: u32, vertices: KeyTable): void {
  const corners = featureDim + 1;
  const count = vertices.count;
  const bytes = (corners * count) << 3;
  const neighbours = heap.alloc(bytes);
  memory.fill(neighbours, 0, bytes);
  const words = heap.alloc(wordCount << 2);
  for (let vertex: u32 = 0; vertex < count; vertex++) {
    for (let axis: u32 = 0; axis < corners; axis++) {
      memory.copy(words, vertices.keyAt(vertex), wordCount << 2);
      shiftKey(words, featureDim, -1, axis, <i32>corners);
      const found = vertices.find(words);
      if (found === 0) continue;
      const ofAxis = neighbours + ((axis * count) << 3);
      store<u32>(ofAxis + (vertex << 3), found);
      store<u32>(ofAxis + ((found - 1) << 3), vertex + 1, 4);
    }
  }
  heap.free(words);
  lattice.neighbours = neighbours;
}
