// SPDX-License-Identifier: MIT

/**
 * Blurs rows on the lattice along axes 0..d in this order, each with the taps ½ 1 ½: blurring in Adams, Baek and Davis 2010.
 * Rows go back and forth between two buffers; row 0, all zeros in both, stands for every vertex that no point created.
 *
 * @param corners d + 1
 * @param neighbours rows of each vertex' two neighbours: i32 [corners, vertexCount, 2]
 * @param channels a multiple of 4
 * @param values f32 [vertexCount + 1, channels]; overwritten
 * @param scratch as long as `values`
 * @returns the one of the two that holds the result
 */
export function blur(
  corners: usize,
  vertexCount: usize,
  neighbours: usize,
  channels: usize,
  values: usize,
  scratch: usize,
): usize {
  const rowBytes = channels << 2;
  const half = f32x4.splat(0.5);
  let source = values;
  let target = scratch;
  let pair = neighbours;
  for (let axis: usize = 0; axis < corners; axis++) {
    const end = target + rowBytes * (vertexCount + 1);
    let own = source + rowBytes;
    for (let out = target + rowBytes; out < end; out += rowBytes) {
      const before = source + <usize>load<u32>(pair) * rowBytes;
      const after = source + <usize>load<u32>(pair, 4) * rowBytes;
      for (let offset: usize = 0; offset < rowBytes; offset += 16) {
        const both = f32x4.add(v128.load(before + offset), v128.load(after + offset));
        v128.store(out + offset, f32x4.add(v128.load(own + offset), f32x4.mul(half, both)));
      }
      own += rowBytes;
      pair += 8;
    }
    const blurred = target;
    target = source;
    source = blurred;
  }
  return source;
}
