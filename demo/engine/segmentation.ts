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

/** Probability 0..1 of the labels that count as `leader`, at one pixel. */
export function probabilityOf(
  { marginals, labels }: Segmentation,
  leaders: readonly number[],
  leader: number,
  pixel: number,
): number {
  const pixelCount = labels.length;
  let sum = 0;
  for (let label = 0; label * pixelCount < marginals.length; label++) {
    if (leaders[label] === leader) sum += marginals[label * pixelCount + pixel];
  }
  return Math.min(1, sum / 255);
}
