// SPDX-License-Identifier: MIT

import { softAlpha } from '../analysis/index.js';
import type { RgbaImage } from '../index.js';
import { guidedFilterSettings } from '../pipeline/index.js';

/** Probabilities [label, y, x] through the guided filter, label by label, as a pipeline with `refinement: 'guided'` does it. */
export function filterProbabilities(image: RgbaImage, probabilities: Float32Array): Float32Array {
  const pixelCount = image.width * image.height;
  const filtered = new Float32Array(probabilities.length);
  const settings = guidedFilterSettings(image);
  for (let from = 0; from < probabilities.length; from += pixelCount) {
    const plane = probabilities.subarray(from, from + pixelCount);
    filtered.set(softAlpha(image, { probability: plane }, settings), from);
  }
  return filtered;
}
