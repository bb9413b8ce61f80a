// SPDX-License-Identifier: MIT

/** Where the row of a simplex' vertex lies. */
export function row(rows: usize, corner: usize, rowBytes: usize, values: usize): usize {
  return values + <usize>load<u32>(rows + (corner << 2)) * rowBytes;
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
