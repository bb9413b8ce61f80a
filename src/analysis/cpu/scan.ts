// SPDX-License-Identifier: MIT

/** Sum of all items before each, and of all of them. */
export function exclusiveSums(items: Uint32Array): { sums: Uint32Array; total: number } {
  const sums = new Uint32Array(items.length);
  let total = 0;
  items.forEach((item, i) => {
    sums[i] = total;
    total += item;
  });
  return { sums, total };
}
