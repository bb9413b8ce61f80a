// SPDX-License-Identifier: MIT

/** Pixels of each component, by root; [pixelCount + 1], the first of them 0. */
export function componentSizes(roots: Uint32Array): Uint32Array {
  const sizes = new Uint32Array(roots.length + 1);
  for (const root of roots) if (root > 0) sizes[root]++;
  return sizes;
}

/** Values of the components of at least `limit` pixels; 0 elsewhere. */
export function keepLarge(values: Uint32Array, roots: Uint32Array, limit: number): Uint32Array {
  const sizes = componentSizes(roots);
  return values.map((value, pixel) => (roots[pixel] > 0 && sizes[roots[pixel]] >= limit ? value : 0));
}

/** 1 where a value is not zero, and in holes (by root) of at most `limit` pixels; else 0. */
export function fillSmall(values: Uint32Array, roots: Uint32Array, limit: number): Uint32Array {
  const sizes = componentSizes(roots);
  return values.map((value, pixel) => Number(value > 0 || (roots[pixel] > 0 && sizes[roots[pixel]] <= limit)));
}
