// SPDX-License-Identifier: MIT

import { KeyTable } from './key-table';
import { addStep, axisSteps, keyBytes, sameKey, splitKey, subtractStep, vectorBytes } from './keys';

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
  /** f32 [pointCount, corners]; in the order of `points` */
  weights: usize = 0;
  /** i32 [corners, vertexCount, 2] */
  neighbours: usize = 0;
  featureDim: u32 = 0;
  pointCount: u32 = 0;
  /** f32 [pointCount, corners], by point */
  unsorted: usize = 0;
  /** u32 [pointCount] */
  simplexOfPoint: usize = 0;
  simplices: usize = 0;
  vertices: usize = 0;
  /** `axisSteps` */
  steps: usize = 0;
}

/**
 * A lattice without points. `numberPoints` takes them in pieces, so that the keys of all of them need no room; the host writes their
 * weights to `unsorted`, which has room for whole fours of points. Then come `groupPoints`, `sortWeights` and `endSorting`,
 * `numberVertices` at the same time or after that, `findNeighbours` and `endLattice`; `sortWeights` and `findNeighbours` may be shared.
 *
 * @returns where a `Lattice` is; `releaseLattice` frees it and its arrays
 */
export function beginLattice(featureDim: u32, pointCount: u32): usize {
  const lattice = new Lattice();
  lattice.featureDim = featureDim;
  lattice.pointCount = pointCount;
  lattice.unsorted = heap.alloc((((pointCount + 3) & ~3) * (featureDim + 1)) << 2);
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

export function releaseLattice(address: usize): void {
  const lattice = changetype<Lattice>(address);
  heap.free(lattice.starts);
  heap.free(lattice.rows);
  heap.free(lattice.points);
  heap.free(lattice.weights);
  heap.free(lattice.neighbours);
  heap.free(address);
}

/** Counting sort of the points by simplex, as in src/reference/lattice.ts. */
export function groupPoints(address: usize): void {
  const lattice = changetype<Lattice>(address);
  const simplexCount = changetype<KeyTable>(lattice.simplices).count;
  const pointCount = lattice.pointCount;
  const simplexOfPoint = lattice.simplexOfPoint;
  const starts = heap.alloc((simplexCount + 1) << 2);
  const points = heap.alloc(pointCount << 2);
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
  }
  memory.copy(starts + 4, starts, simplexCount << 2);
  store<u32>(starts, 0);
  heap.free(simplexOfPoint);
  lattice.simplexCount = simplexCount;
  lattice.starts = starts;
  lattice.points = points;
  lattice.weights = heap.alloc(pointCount * ((lattice.featureDim + 1) << 2));
}

/** Weights in the order of `points`, from place to place. */
export function sortWeights(address: usize, from: usize, to: usize): void {
  const lattice = changetype<Lattice>(address);
  const bytes: usize = (lattice.featureDim + 1) << 2;
  const points = lattice.points;
  const unsorted = lattice.unsorted;
  let weight = lattice.weights + from * bytes;
  for (let place = from; place < to; place++) {
    copyWords(weight, unsorted + <usize>load<u32>(points + (place << 2)) * bytes, bytes);
    weight += bytes;
  }
}

function copyWords(to: usize, from: usize, bytes: usize): void {
  const pairs = bytes & ~7;
  for (let at: usize = 0; at < pairs; at += 8) store<u64>(to + at, load<u64>(from + at));
  if (pairs < bytes) store<u32>(to + pairs, load<u32>(from + pairs));
}

/** Gives back the weights by point: from then on they are in order. */
export function endSorting(address: usize): void {
  heap.free(changetype<Lattice>(address).unsorted);
}

/** Numbers the vertices of all simplices, with the numbers of src/reference/lattice.ts, and makes room for their neighbours. */
export function numberVertices(address: usize): void {
  const lattice = changetype<Lattice>(address);
  const simplices = changetype<KeyTable>(lattice.simplices);
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
    store<u32>(at, vertices.insert(key) + 1);
    at += 4;
    let vector = v128.load(key);
    for (let remainder: u32 = 1; remainder < corners; remainder++) {
      // From one remainder to the next every coordinate grows by 1, and the one of the highest rank yet falls by d + 1.
      const step = steps + load<u32>(coordinateOfRank + ((corners - remainder) << 2)) * bytes;
      let vertex: u32;
      if (bytes === vectorBytes) {
        vector = i16x8.add(vector, v128.load(step));
        vertex = vertices.insertVector(vector);
      } else {
        addStep(key, step, bytes);
        vertex = vertices.insert(key);
      }
      store<u32>(at, vertex + 1);
      at += 4;
    }
  }
  heap.free(key);
  heap.free(coordinateOfRank);
  simplices.release();
  const neighbourBytes = (corners * vertices.count) << 3;
  lattice.steps = steps;
  lattice.rows = rows;
  lattice.vertices = changetype<usize>(vertices);
  lattice.vertexCount = vertices.count;
  lattice.neighbours = heap.alloc(neighbourBytes);
  memory.fill(lattice.neighbours, 0, neighbourBytes);
}

/** Vertices whose neighbours are found in one piece. */
const piece: u32 = 1024;

/** How many pieces `findNeighbours` has, of a lattice whose vertices are numbered. */
export function neighbourPieces(address: usize): u32 {
  return (changetype<Lattice>(address).vertexCount + piece - 1) / piece;
}

/**
 * Finds the neighbours of vertices. Being neighbours is mutual: one look-up finds two, and no other writes them.
 *
 * @param work [neighbourPieces, keyBytes]
 * @param from first piece
 * @param to after the last one
 */
export function findNeighbours(address: usize, work: usize, from: u32, to: u32): void {
  const lattice = changetype<Lattice>(address);
  const vertices = changetype<KeyTable>(lattice.vertices);
  const featureDim = lattice.featureDim;
  const corners = featureDim + 1;
  const bytes = keyBytes(featureDim);
  const axisBytes: usize = lattice.vertexCount << 3;
  const neighbours = lattice.neighbours;
  const steps = lattice.steps;
  const key = work + from * bytes;
  const end = min(to * piece, lattice.vertexCount);
  for (let vertex = from * piece; vertex < end; vertex++) {
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
}

/** Gives back what only the build needed. */
export function endLattice(address: usize): void {
  const lattice = changetype<Lattice>(address);
  heap.free(lattice.steps);
  changetype<KeyTable>(lattice.vertices).release();
}
