// SPDX-License-Identifier: MIT

import { type Embedding, elevationScales } from '../reference/embed.js';
import { wordsOfKey } from '../reference/packed-key.js';
import type { SimdMemory } from './memory.js';

/**
 * The twin's embedding, bit for bit, in a tenth of the time. It is lent to `use` and void afterwards.
 *
 * @param features [featureDim, pointCount], divided by their sigmas
 */
export function embed<Result>(
  memory: SimdMemory,
  features: Float32Array,
  featureDim: number,
  use: (embedding: Embedding) => Result,
): Result {
  const { module } = memory;
  const pointCount = features.length / featureDim;
  // Four points are worked on at once.
  const padded = Math.ceil(pointCount / 4) * 4;
  const wordCount = wordsOfKey(featureDim);
  const corners = featureDim + 1;
  const lengths = {
    features: featureDim * padded,
    scales: featureDim,
    work: module.embedWorkLength(featureDim),
    simplexKeys: wordCount * padded,
    weights: corners * padded,
  };
  return memory.lend(lengths, (at) => {
    for (let j = 0; j < featureDim; j++) {
      const dimension = features.subarray(j * pointCount, (j + 1) * pointCount);
      const placed = memory.floats(at.features + 4 * j * padded, padded);
      placed.set(dimension);
      placed.fill(0, pointCount);
    }
    memory.floats(at.scales, featureDim).set(elevationScales(featureDim));
    module.embed(featureDim, padded, at.features, at.scales, at.work, at.simplexKeys, at.weights);
    return use({
      featureDim,
      pointCount,
      simplexKeys: memory.integers(at.simplexKeys, wordCount * pointCount),
      weights: memory.floats(at.weights, corners * pointCount),
    });
  });
}
