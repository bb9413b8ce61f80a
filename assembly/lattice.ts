// SPDX-License-Identifier: MIT

import { KeyTable } from './key-table';
import { addStep, axisSteps, keyBytes, sameKey, splitKey, subtractStep } from './keys';

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
  /** f32 [pointCount, corners]; by point until `finishLattice`, then in the order of `points` */
  weights: usize = 0;
  /** i32 [corners, vertexCount, 2] */
  neighbours: usize = 0;
  featureDim: u32 = 0;
  pointCount: u32 = 0;
  /** u32 [pointCount], until `finishLattice` */
  simplexOfPoint: usize = 0;
  simplices: usize = 0;
}

/**
 * A lattice without points. `numberPoints` takes them in pieces, so that the keys of all of them need no room; the host writes their
 * weights to `weights`, which has room for whole fours of points.
 *
 * @returns where a `Lattice` is; `releaseLattice` frees it and its arrays
 */
export function beginLattice(featureDim: u32, pointCount: u32): usize {
  const lattice = new Lattice();
  lattice.featureDim = featureDim;
  lattice.pointCount = pointCount;
  lattice.weights = heap.alloc((((pointCount + 3) & ~3) * (featureDim + 1)) << 2);
  lattice.simplexOfPoint = heap.alloc(pointCount << 2);
  lattice.simplices = changetype<usize>(new KeyTable(keyBytes(featureDim), pointCount >> 3));
  return changetype<usize>(lattice);
}

/**
 * Numbers the simplices of the points from `first` on.
 *
 * @param keys of their simplices, [count, keyBytes]
 */
export function numberPoints(address: usize, first: u32, count: u32, keys: usize): void {
  const lattice = changetype<Lattice>(address);
  const simplices = changetype<KeyTable>(lattice.simplices);
  const bytes = keyBytes(lattice.featureDim);
  const simplexOfPoint = lattice.simplexOfPoint + (first << 2);
  let simplex = simplices.insert(keys);
  store<u32>(simplexOfPoint, simplex);
  for (let point: u32 = 1; point < count; point++) {
    const key = keys + point * bytes;
    // Every other pixel is in the simplex of the one before.
    if (!sameKey(key, key - bytes, bytes)) simplex = simplices.insert(key);
    store<u32>(simplexOfPoint + (point << 2), simplex);
  }
}

/** Sorts the points and finds the vertices of all simplices and their neighbours, in the order and with the numbers of src/reference/lattice.ts. */
export function finishLattice(address: usize): void {
  const lattice = changetype<Lattice>(address);
  const simplices = changetype<KeyTable>(lattice.simplices);
  lattice.simplexCount = simplices.count;
  groupBySimplex(lattice);
  const vertices = numberVertices(lattice, simplices);
  simplices.release();
  lattice.vertexCount = vertices.count;
  findNeighbours(lattice, vertices);
  vertices.release();
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

/** Counting sort of the points by simplex; the weights move along. */
function groupBySimplex(lattice: Lattice): void {
  const simplexCount = lattice.simplexCount;
  const pointCount = lattice.pointCount;
  const simplexOfPoint = lattice.simplexOfPoint;
  const unsorted = lattice.weights;
  const weightBytes: usize = (lattice.featureDim + 1) << 2;
  const starts = heap.alloc((simplexCount + 1) << 2);
  const points = heap.alloc(pointCount << 2);
  const weights = heap.alloc(pointCount * weightBytes);
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
    copyWords(weights + place * weightBytes, unsorted + point * weightBytes, weightBytes);
  }
  memory.copy(starts + 4, starts, simplexCount << 2);
  store<u32>(starts, 0);
  heap.free(unsorted);
  heap.free(simplexOfPoint);
  lattice.starts = starts;
  lattice.points = points;
  lattice.weights = weights;
}

function copyWords(to: usize, from: usize, bytes: usize): void {
  const pairs = bytes & ~7;
  for (let at: usize = 0; at < pairs; at += 8) store<u64>(to + at, load<u64>(from + at));
  if (pairs < bytes) store<u32>(to + pairs, load<u32>(from + pairs));
}

function numberVertices(lattice: Lattice, simplices: KeyTable): KeyTable {
  const featureDim = lattice.featureDim;
  const simplexCount = lattice.simplexCount;
  const corners = featureDim + 1;
  const bytes = keyBytes(featureDim);
  const vertices = new KeyTable(bytes, simplexCount >> 1);
  const rows = heap.alloc((simplexCount * corners) << 2);
  const steps = axisSteps(featureDim);
  const key = heap.alloc(bytes);
  memory.fill(key, 0, bytes);
  const coordinateOfRank = heap.alloc(corners << 2);
  let at = rows;
  for (let simplex: u32 = 0; simplex < simplexCount; simplex++) {
    splitKey(simplices.keyAt(simplex), featureDim, key, coordinateOfRank);
    for (let remainder: u32 = 0; remainder < corners; remainder++) {
      // From one remainder to the next every coordinate grows by 1, and the one of the highest rank yet falls by d + 1.
      if (remainder > 0)
        addStep(key, steps + load<u32>(coordinateOfRank + ((corners - remainder) << 2)) * bytes, bytes);
      store<u32>(at, vertices.insert(key) + 1);
      at += 4;
    }
  }
  heap.free(key);
  heap.free(steps);
  heap.free(coordinateOfRank);
  lattice.rows = rows;
  return vertices;
}

/** Being neighbours is mutual: one look-up finds two. */
function findNeighbours(lattice: Lattice, vertices: KeyTable): void {
  const featureDim = lattice.featureDim;
  const vertexCount = lattice.vertexCount;
  const corners = featureDim + 1;
  const bytes = keyBytes(featureDim);
  const axisBytes: usize = vertexCount << 3;
  const neighbours = heap.alloc(corners * axisBytes);
  memory.fill(neighbours, 0, corners * axisBytes);
  const steps = axisSteps(featureDim);
  const key = heap.alloc(bytes);
  for (let vertex: u32 = 0; vertex < vertexCount; vertex++) {
    let ofAxis = neighbours;
    for (let axis: u32 = 0; axis < corners; axis++) {
      subtractStep(key, vertices.keyAt(vertex), steps + axis * bytes, bytes);
      const found = vertices.find(key);
      if (found !== 0) {
        store<u32>(ofAxis + (vertex << 3), found);
        store<u32>(ofAxis + ((found - 1) << 3), vertex + 1, 4);
      }
      ofAxis += axisBytes;
    }
  }
  heap.free(key);
  heap.free(steps);
  lattice.neighbours = neighbours;
}
