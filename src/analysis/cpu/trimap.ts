// SPDX-License-Identifier: MIT

/** 2 (surely inside) farther than √inner from the rest, 0 (surely outside) farther than √outer from the mask, else 1. All in pixels². */
export function trimap(
  toOutside: Uint32Array,
  toInside: Uint32Array,
  limits: { inner: number; outer: number },
): Uint32Array {
  return toOutside.map((distance, pixel) => {
    if (toInside[pixel] > limits.outer) return 0;
    return distance > limits.inner ? 2 : 1;
  });
}
