// SPDX-License-Identifier: MIT

/**
 * Says where sums of each simplex and corner go, so that those of one vertex lie side by side, in the order of the simplices: where
 * several splat at once, each row is written by one of them, and `gather` adds them up in the order in which one alone would.
 *
 * @param cornerCount simplices times corners
 * @param rows of each simplex' vertices: i32 [simplexCount, corners]
 * @param starts of each vertex' sums, and the end: i32 [vertexCount + 1]
 * @param sums rows that simplices and corners get: i32 [simplexCount, corners]
 */
export function sortCorners(cornerCount: usize, rows: usize, vertexCount: usize, starts: usize, sums: usize): void {
  const bytes = cornerCount << 2;
  memory.fill(starts, 0, (vertexCount + 1) << 2);
  // Vertex v has row v + 1.
  for (let at: usize = 0; at < bytes; at += 4) {
    const count = starts + (load<u32>(rows + at) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  for (let vertex: usize = 0; vertex < vertexCount; vertex++) {
    const at = starts + (vertex << 2);
    store<u32>(at, load<u32>(at) + load<u32>(at, 4), 4);
  }
  for (let at: usize = 0; at < bytes; at += 4) {
    const next = starts + ((load<u32>(rows + at) - 1) << 2);
    const row = load<u32>(next);
    store<u32>(next, row + 1);
    store<u32>(sums + at, row);
  }
  memory.copy(starts + 4, starts, vertexCount << 2);
  store<u32>(starts, 0);
}

/**
 * Adds up what simplices have for each vertex, and leaves zeros there for the next splat.
 *
 * @param starts of each vertex' sums, and the end: i32 [vertexCount + 1]
 * @param sums f32 [simplexCount·corners, channels]
 * @param channels 2, or a multiple of 4
 * @param target f32 [vertexCount + 1, channels], overwritten from row 1 on
 * @param from first vertex
 * @param to after the last one
 */
export function gather(starts: usize, sums: usize, channels: usize, target: usize, from: usize, to: usize): void {
  const rowBytes = channels << 2;
  const zero = f32x4.splat(0);
  for (let vertex = from; vertex < to; vertex++) {
    const first = sums + <usize>load<u32>(starts + (vertex << 2)) * rowBytes;
    const end = sums + <usize>load<u32>(starts + (vertex << 2), 4) * rowBytes;
    const out = target + (vertex + 1) * rowBytes;
    if (channels === 2) {
      let sum = zero;
      for (let at = first; at < end; at += 8) {
        sum = f32x4.add(sum, v128.load64_zero(at));
        store<u64>(at, 0);
      }
      v128.store64_lane(out, sum, 0);
      continue;
    }
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      let sum = zero;
      for (let at = first + offset; at < end; at += rowBytes) {
        sum = f32x4.add(sum, v128.load(at));
        v128.store(at, zero);
      }
      v128.store(out + offset, sum);
    }
  }
}

/** Zeros in rows `from`..`to` of f32 [rowCount, channels]. */
export function clear(rows: usize, channels: usize, from: usize, to: usize): void {
  memory.fill(rows + from * (channels << 2), 0, (to - from) * (channels << 2));
}
