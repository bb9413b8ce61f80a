// SPDX-License-Identifier: MIT

import { elevationScales } from '../problem/elevation.js';
import { packKey, wordsOfKey } from './packed-key.js';

/** Where points lie on the permutohedral lattice of featureDim = d dimensions. */
export interface Embedding {
  featureDim: number;
  pointCount: number;
  /**
   * Packed key of each point's simplex, [pointCount, wordsOfKey(d)]. Coordinate i of the key is rem0_i + rank_i, where
   * rem0 (a multiple of d+1) is the simplex' vertex of remainder 0 and rank_i orders the residuals; both can be read
   * back from it, as 0 <= rank_i <= d. The coordinate d is left out: the sum over all of them is known.
   */
  simplexKeys: Int32Array;
  /** Barycentric weights, [pointCount, d+1]: how much of the point goes to the simplex' vertex of each remainder. */
  weights: Float32Array;
}

/** 1.5·2^52: adding and subtracting it rounds a double of less than 2^51 to the nearest whole number, half to even. */
const roundingMagic = 6755399441055744;

/**
 * Finds for every point the simplex around it and its barycentric weights: Adams, Baek and Davis 2010,
 * whose pages are named below. All arithmetic is float32, in the order pydensecrf has it: a rounding difference at a tie
 * changes which vertices exist.
 *
 * @param features [featureDim, pointCount], divided by their sigmas
 */
export function embed(features: Float32Array, featureDim: number): Embedding {
  const pointCount = features.length / featureDim;
  const wordCount = wordsOfKey(featureDim);
  const simplexKeys = new Int32Array(pointCount * wordCount);
  const weights = new Float32Array(pointCount * (featureDim + 1));
  const work = createWork(featureDim);
  // A function a step and a point: the compiler gets to them sooner than to one long loop.
  for (let point = 0; point < pointCount; point++) {
    elevate(features, point, pointCount, work);
    findSimplex(work, weights, point * (featureDim + 1));
    packKey(work.key, featureDim, simplexKeys, point * wordCount);
  }
  return { featureDim, pointCount, simplexKeys, weights };
}

/** What one point needs on the way, [d+1] each. */
interface Work {
  d: number;
  scales: Float32Array;
  /** 1 / (d+1) in float32. */
  inverse: number;
  elevated: Float32Array;
  /** elevated - rem0, before rem0 is brought back onto the plane. */
  residuals: Float32Array;
  /** (elevated - rem0) / (d+1) by rank. */
  byRank: Float32Array;
  /** rem0, then the simplex' key. */
  key: Int32Array;
}

function createWork(d: number): Work {
  return {
    d,
    scales: elevationScales(d),
    inverse: Math.fround(1 / (d + 1)),
    elevated: new Float32Array(d + 1),
    residuals: new Float32Array(d + 1),
    byRank: new Float32Array(d + 1),
    key: new Int32Array(d + 1),
  };
}

/** Elevation y = E p, onto the plane where coordinates sum to 0. */
function elevate(features: Float32Array, point: number, pointCount: number, work: Work): void {
  const { d, scales, elevated } = work;
  let sum = 0;
  for (let j = d; j > 0; j--) {
    const scaled = Math.fround(features[(j - 1) * pointCount + point] * scales[j - 1]);
    elevated[j] = sum - Math.fround(j * scaled);
    sum = Math.fround(sum + scaled);
  }
  elevated[0] = sum;
}

/** The simplex around the elevated point: its key, and the barycentric weights to `weights` from `at`. */
function findSimplex(work: Work, weights: Float32Array, at: number): void {
  const { d, inverse, elevated, residuals, byRank, key } = work;
  // The nearest vertex of remainder 0, coordinate by coordinate: its sum may be off by a few (d+1).
  let excess = 0;
  for (let i = 0; i <= d; i++) {
    const nearest = (Math.fround(inverse * elevated[i]) + roundingMagic - roundingMagic) | 0;
    excess += nearest;
    key[i] = nearest * (d + 1);
    residuals[i] = elevated[i] - key[i];
  }
  for (let i = 0; i <= d; i++) {
    // Rank of the residual, descending; of equal ones the lower index has the lower rank. Sums of comparisons instead
    // of branches, which no processor could predict: 55 against 84 ms at 512², d = 5 (Node 20).
    const residual = residuals[i];
    let rank = excess;
    for (let j = 0; j < i; j++) rank += Number(residuals[j] >= residual);
    for (let j = i + 1; j <= d; j++) rank += Number(residuals[j] > residual);
    // Back onto the plane: a rank that left 0..d moves its coordinate by one step of d+1.
    let coordinate = key[i];
    if (rank < 0) {
      rank += d + 1;
      coordinate += d + 1;
    } else if (rank > d) {
      rank -= d + 1;
      coordinate -= d + 1;
    }
    byRank[rank] = Math.fround(elevated[i] - coordinate) * inverse;
    key[i] = coordinate + rank;
  }
  // Barycentric weights: differences between residuals next to each other in rank.
  weights[at] = byRank[d] + Math.fround(1 - byRank[0]);
  for (let k = 1; k <= d; k++) weights[at + k] = byRank[d - k] - byRank[d - k + 1];
}
