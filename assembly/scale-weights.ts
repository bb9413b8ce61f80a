// SPDX-License-Identifier: MIT

/**
 * Barycentric weights times one factor a point.
 *
 * @param points i32 [pointCount]
 * @param weights in the order of `points`: f32 [pointCount, corners]
 * @param factors by point, f32 [pointCount]
 * @param out f32 [pointCount, corners]
 * @param from first place in `points`
 * @param to after the last one
 */
export function scaleWeights(
  corners: usize,
  points: usize,
  weights: usize,
  factors: usize,
  out: usize,
  from: usize,
  to: usize,
): void {
  let at = from * (corners << 2);
  for (let place = from; place < to; place++) {
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
 * @param from first place in `points`
 * @param to after the last one
 */
export function sortFactors(points: usize, factors: usize, out: usize, from: usize, to: usize): void {
  const end = to << 2;
  for (let at = from << 2; at < end; at += 4)
    store<f32>(out + at, load<f32>(factors + ((<usize>load<u32>(points + at)) << 2)));
}
