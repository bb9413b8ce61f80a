// SPDX-License-Identifier: MIT

/** Label of the largest Q a pixel, the lowest on a tie. `marginals` is [pixelCount, labelCount]. */
export function labelMap(marginals: Float32Array, labelCount: number): Uint32Array {
  const labels = new Uint32Array(marginals.length / labelCount);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const from = pixel * labelCount;
    let best = 0;
    for (let label = 1; label < labelCount; label++) {
      if (marginals[from + label] > marginals[from + best]) best = label;
    }
    labels[pixel] = best;
  }
  return labels;
}

/** Largest Q a pixel, in 1/labelCount..1. */
export function confidence(marginals: Float32Array, labelCount: number): Float32Array {
  return Float32Array.from(labelMap(marginals, labelCount), (label, pixel) => marginals[pixel * labelCount + label]);
}

/** -Σ Q log Q a pixel, in nats, in 0..log(labelCount). */
export function entropy(marginals: Float32Array, labelCount: number): Float32Array {
  const entropies = new Float32Array(marginals.length / labelCount);
  for (let pixel = 0; pixel < entropies.length; pixel++) {
    let sum = 0;
    for (let i = pixel * labelCount; i < (pixel + 1) * labelCount; i++) {
      if (marginals[i] > 0) sum -= marginals[i] * Math.log(marginals[i]);
    }
    entropies[pixel] = sum;
  }
  return entropies;
}
