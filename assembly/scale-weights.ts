// SPDX-License-Identifier: MIT

/**
 * Barycentric weights times one factor a point.
 *
 * @param points i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param factors by point, f32 [pointCount]
 * @param out f32 [pointCount, corners]
 */
export function scaleWeights(
  corners: usize,
  pointCount: usize,
  points: usize,
  weights: usize,
  factors: usize,
  out: usize,
): void {
  let at: usize = 0;
  for (let place: usize = 0; place < pointCount; place++) {
    const factor = load<f32>(factors + ((<usize>load<u32>(points + (place << 2))) << 2));
    for (let k: usize = 0; k < corners; k++) {
      store<f32>(out + at, factor * load<f32>(weights + at));
      at += 4;
    }
  }
}

/**
 * Factors in the order of `points`.
 *
 * @param factors by point, f32 [pointCount]
 * @param out f32 [pointCount]
 */
export function sortFactors(pointCount: usize, points: usize, factors: usize, out: usize): void {
  const bytes = pointCount << 2;
  for (let at: usize = 0; at < bytes; at += 4)
    store<f32>(out + at, load<f32>(factors + ((<usize>load<u32>(points + at)) << 2)));
}
