// SPDX-License-Identifier: MIT

/** Keeps 1/n finite for a point that no vertex reaches: src/reference/normalization.ts. */
const smallestSum: f64 = 1e-20;

/**
 * The factors of K's normalization, 1/n or n^-½, from n = K·1: as src/reference/normalization.ts has them, in the order of `points`.
 *
 * @param points i32 [pointCount]
 * @param sums n by point, f32 [pointCount, 2], of which the first is read
 * @param symmetric whether n^-½ is wanted
 * @param out f32 [pointCount]
 * @param from first place in `points`
 * @param to after the last one
 */
export function factorsOfSums(points: usize, sums: usize, symmetric: bool, out: usize, from: usize, to: usize): void {
  const end = to << 2;
  for (let at = from << 2; at < end; at += 4) {
    const sum = <f64>load<f32>(sums + ((<usize>load<u32>(points + at)) << 3)) + smallestSum;
    store<f32>(out + at, <f32>(1 / (symmetric ? sqrt(sum) : sum)));
  }
}

/**
 * Barycentric weights times one factor a point.
 *
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param factors in the same order, f32 [pointCount]
 * @param out f32 [pointCount, corners]
 * @param from first place in `points`
 * @param to after the last one
 */
export function scaleWeights(corners: usize, weights: usize, factors: usize, out: usize, from: usize, to: usize): void {
  let at = from * (corners << 2);
  for (let place = from; place < to; place++) {
    const factor = load<f32>(factors + (place << 2));
    for (let k: usize = 0; k < corners; k++) {
      store<f32>(out + at, factor * load<f32>(weights + at));
      at += 4;
    }
  }
}
