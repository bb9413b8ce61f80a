// SPDX-License-Identifier: MIT

import { keyBytes } from './keys';

/** Where each array of `work` begins, in vectors: elevated, residuals, coordinates, by rank; each [d + 1]. */
const workArrays: usize = 4;

/** Numbers of `work`, for the host to allocate. */
export function embedWorkLength(featureDim: usize): usize {
  return workArrays * (featureDim + 1) * 4;
}

/**
 * Finds for every point the simplex around it and its barycentric weights: Adams, Baek and Davis 2010. Four points at a time, with
 * float32 arithmetic in the very order of src/reference/embed.ts, whose comments explain it: the results are the same bit for bit.
 *
 * Points come in pieces: each has work of its own, so that several may be embedded at once.
 *
 * @param pieceLength points of a piece, a multiple of 4
 * @param pointCount of all pieces, a multiple of 4
 * @param features f32 [pieces, featureDim, pieceLength], divided by their sigmas
 * @param scales diagonal of the elevation, f32 [featureDim]
 * @param work f32 [pieces, embedWorkLength]
 * @param simplexKeys [pointCount, keyBytes]; zero where no coordinate is
 * @param weights f32 [pointCount, featureDim + 1]
 * @param from first piece
 * @param to after the last one
 */
export function embed(
  featureDim: usize,
  pieceLength: usize,
  pointCount: usize,
  features: usize,
  scales: usize,
  work: usize,
  simplexKeys: usize,
  weights: usize,
  from: usize,
  to: usize,
): void {
  const keys = pieceLength * keyBytes(<u32>featureDim);
  const pieceBytes = pieceLength << 2;
  for (let piece = from; piece < to; piece++) {
    const first = piece * pieceLength;
    embedPiece(
      featureDim,
      min<usize>(pieceLength, pointCount - first),
      features + piece * featureDim * pieceBytes,
      pieceBytes,
      scales,
      work + piece * (embedWorkLength(featureDim) << 2),
      simplexKeys + piece * keys,
      weights + piece * (featureDim + 1) * pieceBytes,
    );
  }
}

function embedPiece(
  featureDim: usize,
  pointCount: usize,
  features: usize,
  dimensionBytes: usize,
  scales: usize,
  work: usize,
  simplexKeys: usize,
  weights: usize,
): void {
  const corners = featureDim + 1;
  const cornerBytes = corners << 2;
  const bytesOfKey = keyBytes(<u32>featureDim);
  const elevated = work;
  const residuals = elevated + (corners << 4);
  const coordinates = residuals + (corners << 4);
  const byRank = coordinates + (corners << 4);
  for (let point: usize = 0; point < pointCount; point += 4) {
    elevate(featureDim, features + (point << 2), dimensionBytes, scales, elevated);
    findSimplex(corners, elevated, residuals, coordinates, byRank);
    storeKeys(featureDim, coordinates, simplexKeys + point * bytesOfKey, bytesOfKey);
    storeWeights(corners, byRank, weights + point * cornerBytes, cornerBytes);
  }
}

/** Elevation, onto the plane where coordinates sum to 0. */
function elevate(featureDim: usize, features: usize, dimensionBytes: usize, scales: usize, elevated: usize): void {
  let sum = f32x4.splat(0);
  for (let j = featureDim; j > 0; j--) {
    const feature = v128.load(features + (j - 1) * dimensionBytes);
    const scaled = f32x4.mul(feature, v128.load32_splat(scales + ((j - 1) << 2)));
    v128.store(elevated + (j << 4), f32x4.sub(sum, f32x4.mul(f32x4.splat(<f32>j), scaled)));
    sum = f32x4.add(sum, scaled);
  }
  v128.store(elevated, sum);
}

/** Keys of the simplices to `coordinates`, and (elevated - rem0) / (d + 1) in the order of ranks. */
function findSimplex(corners: usize, elevated: usize, residuals: usize, coordinates: usize, byRank: usize): void {
  const inverse = f32x4.splat(<f32>(1.0 / <f64>corners));
  const step = f32x4.splat(<f32>corners);
  let excess = i32x4.splat(0);
  for (let i: usize = 0; i < corners; i++) {
    const value = v128.load(elevated + (i << 4));
    const nearest = f32x4.nearest(f32x4.mul(inverse, value));
    excess = i32x4.add(excess, i32x4.trunc_sat_f32x4_s(nearest));
    const coordinate = f32x4.mul(nearest, step);
    v128.store(coordinates + (i << 4), coordinate);
    v128.store(residuals + (i << 4), f32x4.sub(value, coordinate));
  }
  const cornersEach = i32x4.splat(<i32>corners);
  for (let i: usize = 0; i < corners; i++) {
    // Comparisons are -1 where they hold.
    const residual = v128.load(residuals + (i << 4));
    let rank = excess;
    for (let j: usize = 0; j < i; j++) rank = i32x4.sub(rank, f32x4.ge(v128.load(residuals + (j << 4)), residual));
    for (let j = i + 1; j < corners; j++) rank = i32x4.sub(rank, f32x4.gt(v128.load(residuals + (j << 4)), residual));
    // Back onto the plane: a rank that left 0..d moves its coordinate by one step of d + 1.
    const below = v128.and(i32x4.lt_s(rank, i32x4.splat(0)), cornersEach);
    const above = v128.and(i32x4.ge_s(rank, cornersEach), cornersEach);
    const moved = i32x4.sub(below, above);
    rank = i32x4.add(rank, moved);
    const coordinate = i32x4.add(i32x4.trunc_sat_f32x4_s(v128.load(coordinates + (i << 4))), moved);
    const value = f32x4.sub(v128.load(elevated + (i << 4)), f32x4.convert_i32x4_s(coordinate));
    const offset = f32x4.mul(value, inverse);
    store<f32>(byRank + (i32x4.extract_lane(rank, 0) << 4), f32x4.extract_lane(offset, 0));
    store<f32>(byRank + (i32x4.extract_lane(rank, 1) << 4), f32x4.extract_lane(offset, 1), 4);
    store<f32>(byRank + (i32x4.extract_lane(rank, 2) << 4), f32x4.extract_lane(offset, 2), 8);
    store<f32>(byRank + (i32x4.extract_lane(rank, 3) << 4), f32x4.extract_lane(offset, 3), 12);
    v128.store(coordinates + (i << 4), i32x4.add(coordinate, rank));
  }
}

/** Two 16-bit numbers a word, biased by 2^15, as src/reference/packed-key.ts has them. */
function storeKeys(featureDim: usize, coordinates: usize, keys: usize, stride: usize): void {
  const bias = i32x4.splat(0x8000);
  let word = keys;
  for (let i: usize = 0; i < featureDim; i += 2) {
    let packed = i32x4.add(v128.load(coordinates + (i << 4)), bias);
    if (i + 1 < featureDim) {
      const high = i32x4.add(v128.load(coordinates + ((i + 1) << 4)), bias);
      packed = v128.or(packed, i32x4.shl(high, 16));
    }
    storeLanes(word, stride, packed);
    word += 4;
  }
}

/** Barycentric weights: differences between residuals next to each other in rank. */
function storeWeights(corners: usize, byRank: usize, weights: usize, cornerBytes: usize): void {
  const last = byRank + ((corners - 1) << 4);
  storeLanes(weights, cornerBytes, f32x4.add(v128.load(last), f32x4.sub(f32x4.splat(1), v128.load(byRank))));
  for (let k: usize = 1; k < corners; k++) {
    const at = last - (k << 4);
    storeLanes(weights + (k << 2), cornerBytes, f32x4.sub(v128.load(at), v128.load(at, 16)));
  }
}

function storeLanes(address: usize, stride: usize, lanes: v128): void {
  store<i32>(address, i32x4.extract_lane(lanes, 0));
  store<i32>(address + stride, i32x4.extract_lane(lanes, 1));
  store<i32>(address + 2 * stride, i32x4.extract_lane(lanes, 2));
  store<i32>(address + 3 * stride, i32x4.extract_lane(lanes, 3));
}
