// SPDX-License-Identifier: MIT

import type { Lattice } from './lattice.js';

/**
 * Blurs rows on the lattice along axes 0..d in this order, each with the taps ½ 1 ½: blurring in
 * Adams, Baek and Davis 2010.
 * Only vertices that some point created take part; row 0, all zeros, stands for the others.
 *
 * @param values rows on the lattice, [vertexCount + 1, channelCount]; overwritten
 * @param scratch as long as `values`; its row 0 must be zero
 * @returns the one of the two that holds the result
 */
export function blur(
  lattice: Lattice,
  channelCount: number,
  values: Float32Array,
  scratch: Float32Array,
): Float32Array {
  const { featureDim, vertexCount, neighbours } = lattice;
  let from = values;
  let to = scratch;
  for (let axis = 0; axis <= featureDim; axis++) {
    blurAxis(neighbours, axis * vertexCount * 2, vertexCount, channelCount, from, to);
    [from, to] = [to, from];
  }
  return from;
}

function blurAxis(
  neighbours: Int32Array,
  axisStart: number,
  vertexCount: number,
  channelCount: number,
  from: Float32Array,
  to: Float32Array,
): void {
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const at = (vertex + 1) * channelCount;
    const first = neighbours[axisStart + 2 * vertex] * channelCount;
    const second = neighbours[axisStart + 2 * vertex + 1] * channelCount;
    for (let c = 0; c < channelCount; c++) {
      to[at + c] = from[at + c] + 0.5 * (from[first + c] + from[second + c]);
    }
  }
}
