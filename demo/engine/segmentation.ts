// SPDX-License-Identifier: MIT

import type { Segmentation } from './protocol.js';

/** From marginals, [label, y, x]. The lowest label wins a tie. */
export function segment(marginals: Float32Array, pixelCount: number, labelCount: number): Segmentation {
  const labels = new Uint8Array(pixelCount);
  const confidence = new Uint8Array(pixelCount);
  const rounded = new Uint8Array(marginals.length);
  for (let i = 0; i < marginals.length; i++) rounded[i] = Math.round(255 * marginals[i]);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let best = 0;
    for (let label = 1; label < labelCount; label++) {
      if (marginals[label * pixelCount + pixel] > marginals[best * pixelCount + pixel]) best = label;
    }
    labels[pixel] = best;
    confidence[pixel] = rounded[best * pixelCount + pixel];
  }
  return { labels, confidence, marginals: rounded };
}

/** How many pixels each label has. */
export function areas(segmentation: Segmentation, labelCount: number): number[] {
  const counts = new Array<number>(labelCount).fill(0);
  for (const label of segmentation.labels) counts[label]++;
  return counts;
}
