// SPDX-License-Identifier: MIT

/** Where the row of a simplex' vertex lies. */
export function row(rows: usize, corner: usize, rowBytes: usize, values: usize): usize {
  return values + <usize>load<u32>(rows + (corner << 2)) * rowBytes;
}

/** Zeros in the rows of the vertices `from`..`to`: vertex v has row v + 1. */
export function clear(values: usize, rowBytes: usize, from: usize, to: usize): void {
  memory.fill(values + (from + 1) * rowBytes, 0, (to - from) * rowBytes);
}

/** Whether a simplex' vertex is one of `from`..`to`. */
export function isOwn(rows: usize, corner: usize, from: usize, to: usize): bool {
  return <usize>load<u32>(rows + (corner << 2)) - 1 - from < to - from;
}

/** How many of a simplex' vertices are. */
export function ownCorners(corners: usize, rows: usize, from: usize, to: usize): usize {
  let own: usize = 0;
  for (let corner: usize = 0; corner < corners; corner++) own += <usize>isOwn(rows, corner, from, to);
  return own;
}

/** Four channels times the weight at an address. */
export function share(weight: usize, offset: usize, value: v128): v128 {
  return f32x4.mul(v128.load32_splat(weight + offset), value);
}

/** Adds four channels to those at an address, and puts the sum elsewhere. */
export function addTo(to: usize, at: usize, sum: v128): void {
  v128.store(to, f32x4.add(v128.load(at), sum));
}

/** Adds four channels to those at an address. */
export function add(at: usize, sum: v128): void {
  v128.store(at, f32x4.add(v128.load(at), sum));
}

/** The simplex that a place in the list of points belongs to. None is empty. */
export function simplexAt(starts: usize, simplexCount: usize, place: usize): usize {
  let low: usize = 0;
  let high = simplexCount;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (<usize>load<u32>(starts + (middle << 2)) <= place) low = middle;
    else high = middle;
  }
  return low;
}
