// SPDX-License-Identifier: MIT

import { type Embedding, vertexCoordinate } from './embed.js';
import { KeyTable } from './key-table.js';
import { packKey, unpackKey, wordsOfKey } from './packed-key.js';

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
  const simplices = new KeyTable(wordCount, pointCount >> 2);
  const simplexOfPoint = new Int32Array(pointCount);
  for (let point = 0; point < pointCount; point++) {
    simplexOfPoint[point] = simplices.insert(simplexKeys, point * wordCount);
  }
  return { simplexOfPoint, simplices };
}

function numberVertices(simplices: KeyTable, featureDim: number): { simplexRows: Int32Array; vertices: KeyTable } {
  const d = featureDim;
  const wordCount = wordsOfKey(d);
  const simplexRows = new Int32Array(simplices.count * (d + 1));
  const vertices = new KeyTable(wordCount, simplices.count);
  const simplexKey = new Int32Array(d);
  const vertexKey = new Int32Array(d);
  const words = new Int32Array(wordCount);
  for (let simplex = 0; simplex < simplices.count; simplex++) {
    unpackKey(simplices.keys, simplex * wordCount, d, simplexKey);
    for (let remainder = 0; remainder <= d; remainder++) {
      for (let i = 0; i < d; i++) {
        vertexKey[i] = vertexCoordinate(simplexKey[i], remainder, d);
      }
      packKey(vertexKey, d, words, 0);
      simplexRows[simplex * (d + 1) + remainder] = vertices.insert(words, 0) + 1;
    }
  }
  return { simplexRows, vertices };
}

/** Counting sort of the points by simplex; the weights move along. */
function groupBySimplex(
  simplexOfPoint: Int32Array,
  simplexCount: number,
  embedding: Embedding,
): Pick<Lattice, 'points' | 'simplexStarts' | 'weights'> {
  const { pointCount } = embedding;
  const vertexPerSimplex = embedding.featureDim + 1;
  const simplexStarts = new Int32Array(simplexCount + 1);
  for (let point = 0; point < pointCount; point++) simplexStarts[simplexOfPoint[point] + 1]++;
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    simplexStarts[simplex + 1] += simplexStarts[simplex];
  }
  const next = simplexStarts.slice();
  const points = new Int32Array(pointCount);
  const weights = new Float32Array(pointCount * vertexPerSimplex);
  for (let point = 0; point < pointCount; point++) {
    const place = next[simplexOfPoint[point]]++;
    points[place] = point;
    for (let k = 0; k < vertexPerSimplex; k++) {
      weights[place * vertexPerSimplex + k] = embedding.weights[point * vertexPerSimplex + k];
    }
  }
  return { points, simplexStarts, weights };
}

/**
 * Neighbours of a vertex on axis j differ from it by 1 in every coordinate and by d, the other way, in coordinate j:
 * Adams, Baek and Davis 2010, p. 6. Being neighbours is mutual, so one look-up finds two.
 */
function findNeighbours(vertices: KeyTable, featureDim: number): Int32Array {
  const d = featureDim;
  const { count, keys } = vertices;
  const wordCount = wordsOfKey(d);
  const neighbours = new Int32Array((d + 1) * count * 2);
  const key = new Int32Array(d);
  const words = new Int32Array(wordCount);
  for (let vertex = 0; vertex < count; vertex++) {
    unpackKey(keys, vertex * wordCount, d, key);
    for (let i = 0; i < d; i++) key[i]--;
    for (let axis = 0; axis <= d; axis++) {
      // Coordinate d is not part of the key.
      if (axis < d) key[axis] += d + 1;
      packKey(key, d, words, 0);
      if (axis < d) key[axis] -= d + 1;
      const found = vertices.find(words, 0);
      if (found < 0) continue;
      neighbours[(axis * count + vertex) * 2] = found + 1;
      neighbours[(axis * count + found) * 2 + 1] = vertex + 1;
    }
  }
  return neighbours;
}
