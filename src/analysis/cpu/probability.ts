// SPDX-License-Identifier: MIT

/** Σ Q over the labels whose flag in `wanted` is set. `marginals` is [labelCount, pixelCount]. */
export function probability(marginals: Float32Array, wanted: Uint32Array): Float32Array {
  const pixelCount = marginals.length / wanted.length;
  const sums = new Float32Array(pixelCount);
  wanted.forEach((flag, label) => {
    if (flag === 0) return;
    for (let pixel = 0; pixel < pixelCount; pixel++) sums[pixel] += marginals[label * pixelCount + pixel];
  });
  return sums;
}
