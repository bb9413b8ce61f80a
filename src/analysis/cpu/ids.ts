// SPDX-License-Identifier: MIT

/** Numbers roots (1 + a component's first pixel, 0 for none) 1, 2, … in the order of their pixels. */
export function idsOfRoots(roots: Uint32Array): Uint32Array {
  const ids = new Uint32Array(roots.length);
  let count = 0;
  roots.forEach((root, pixel) => {
    if (root === 0) return;
    ids[pixel] = root === pixel + 1 ? ++count : ids[root - 1];
  });
  return ids;
}
