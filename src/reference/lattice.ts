// SPDX-License-Identifier: MIT

import type { Embedding } from './embed.js';
import { KeyTable } from './key-table.js';
import { packKey, shiftKey, unpackKey, wordsOfKey } from './packed-key.js';

/**
 * The part of the permutohedral lattice that a set of points touches.
 * Rows of values on it are 0..vertexCount: row 0 stays zero and stands for every missing neighbour, vertex v has row v + 1.
 */
export interface Lattice {
  featureDim: number;
  pointCount: number;
  simplexCount: number;
  vertexCount: number;
  /** Points grouped by simplex, in ascending order within one: [pointCount]. */
  points: Int32Array;
  /** First place in `points` of each simplex, and the end: [simplexCount + 1]. */
  simplexStarts: Int32Array;
  /** Rows of each simplex' vertices by remainder: [simplexCount, d+1]. */
  simplexRows: Int32Array;
  /** Barycentric weights in the order of `points`: [pointCount, d+1]. */
  weights: Float32Array;
  /** Rows of each vertex' two neighbours on each axis, 0 where missing: [d+1, vertexCount, 2]. */
  neighbours: Int32Array;
}

/**
 * Finds the vertices of all simplices and their neighbours.
 *
 * Simplices are numbered before vertices: photographs have about 0.25 of them a pixel at sigmas 80 and 13, and only a new
 * one has to look up its d+1 vertices.
 */
export function buildLattice(embedding: Embedding): Lattice {
  const { featureDim, pointCount } = embedding;
  const { simplexOfPoint, simplices } = numberSimplices(embedding);
  const { simplexRows, vertices } = numberVertices(simplices, featureDim);
  const simplexCount = simplices.count;
  return {
    featureDim,
    pointCount,
    simplexCount,
    vertexCount: vertices.count,
    ...groupBySimplex(simplexOfPoint, simplexCount, embedding),
    simplexRows,
    neighbours: findNeighbours(vertices, featureDim),
  };
}

function numberSimplices(embedding: Embedding): { simplexOfPoint: Int32Array; simplices: KeyTable } {
  const { featureDim, pointCount, simplexKeys } = embedding;
  const wordCount = wordsOfKey(featureDim);
  const simplices = new KeyTable(wordCount, pointCount >> 1);
  const simplexOfPoint = new Int32Array(pointCount);
  for (let point = 0; point < pointCount; point++) {
    simplexOfPoint[point] = simplices.insert(simplexKeys, point * wordCount);
  }
  return { simplexOfPoint, simplices };
}

function numberVertices(simplices: KeyTable, featureDim: number): { simplexRows: Int32Array; vertices: KeyTable } {
  const wordCount = wordsOfKey(featureDim);
  const corners = featureDim + 1;
  const simplexRows = new Int32Array(simplices.count * corners);
  const vertices = new KeyTable(wordCount, simplices.count);
  const walk: VertexWalk = {
    words: new Int32Array(wordCount),
    numbers: new Int32Array(featureDim),
    coordinateOfRank: new Int32Array(corners),
  };
  for (let simplex = 0; simplex < simplices.count; simplex++) {
    startWalk(simplices, simplex, featureDim, walk);
    for (let remainder = 0; remainder < corners; remainder++) {
      if (remainder > 0) {
        shiftKey(walk.words, 0, featureDim, 1, walk.coordinateOfRank[corners - remainder], -corners);
      }
      simplexRows[simplex * corners + remainder] = vertices.insert(walk.words, 0) + 1;
    }
  }
  return { simplexRows, vertices };
}

/**
 * A walk around a simplex, vertex by vertex. It begins at rem0; from one remainder to the next every coordinate grows by
 * 1, and the one whose rank is d + 1 - remainder, the highest that has not had its turn, falls by d + 1.
 */
interface VertexWalk {
  /** Packed key of the vertex. */
  words: Int32Array;
  /** The simplex' key. */
  numbers: Int32Array;
  coordinateOfRank: Int32Array;
}

/** Splits the simplex' key into rem0 and ranks. */
function startWalk(simplices: KeyTable, simplex: number, featureDim: number, walk: VertexWalk): void {
  const { words, numbers, coordinateOfRank } = walk;
  for (let w = 0; w < words.length; w++) words[w] = simplices.keys[simplex * words.length + w];
  unpackKey(words, 0, featureDim, numbers);
  // The rank that is left over belongs to coordinate d, which the key does not hold.
  for (let rank = 0; rank <= featureDim; rank++) coordinateOfRank[rank] = featureDim;
  for (let i = 0; i < featureDim; i++) {
    const remainder = numbers[i] % (featureDim + 1);
    const rank = remainder < 0 ? remainder + featureDim + 1 : remainder;
    coordinateOfRank[rank] = i;
    numbers[i] -= rank;
  }
  packKey(numbers, featureDim, words, 0);
}

/** Counting sort of the points by simplex; the weights move along. */
function groupBySimplex(
  simplexOfPoint: Int32Array,
  simplexCount: number,
  embedding: Embedding,
): Pick<Lattice, 'points' | 'simplexStarts' | 'weights'> {
  const { pointCount, weights: unsorted } = embedding;
  const corners = embedding.featureDim + 1;
  const simplexStarts = new Int32Array(simplexCount + 1);
  for (let point = 0; point < pointCount; point++) simplexStarts[simplexOfPoint[point] + 1]++;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    simplexStarts[simplex + 1] += simplexStarts[simplex];
  }
  const next = simplexStarts.slice();
  const points = new Int32Array(pointCount);
  const weights = new Float32Array(pointCount * corners);
  for (let point = 0; point < pointCount; point++) {
    const place = next[simplexOfPoint[point]]++;
    points[place] = point;
    for (let k = 0; k < corners; k++) weights[place * corners + k] = unsorted[point * corners + k];
  }
  return { points, simplexStarts, weights };
}

/**
 * Neighbours of a vertex on axis j differ from it by 1 in every coordinate and by d, the other way, in coordinate j:
 * Adams, Baek and Davis 2010, blurring. Being neighbours is mutual, so one look-up finds two.
 */
function findNeighbours(vertices: KeyTable, featureDim: number): Int32Array {
  const d = featureDim;
  const { count, keys } = vertices;
  const wordCount = wordsOfKey(d);
  const neighbours = new Int32Array((d + 1) * count * 2);
  const words = new Int32Array(wordCount);
  for (let vertex = 0; vertex < count; vertex++) {
    for (let axis = 0; axis <= d; axis++) {
      for (let w = 0; w < wordCount; w++) words[w] = keys[vertex * wordCount + w];
      shiftKey(words, 0, d, -1, axis, d + 1);
      const found = vertices.find(words, 0);
      if (found < 0) continue;
      neighbours[(axis * count + vertex) * 2] = found + 1;
      neighbours[(axis * count + found) * 2 + 1] = vertex + 1;
    }
  }
  return neighbours;
}
