// SPDX-License-Identifier: MIT

import { exponential } from './exponential.js';

/**
 * Q <- (1 - damping)·softmax(scores) + damping·Q, row by row.
 *
 * @param scores -unary + messages, [rowCount, labelCount]; overwritten
 * @param marginals Q, [pixelCount, labelCount]; rows firstRow.. are updated in place
 * @returns max |ΔQ|
 */
export function updateMarginals(
  scores: Float32Array,
  rowCount: number,
  labelCount: number,
  damping: number,
  marginals: Float32Array,
  firstRow: number,
): number {
  let change = 0;
  for (let row = 0; row < rowCount; row++) {
    const from = row * labelCount;
    const to = (firstRow + row) * labelCount;
    let maximum = scores[from];
    for (let label = 1; label < labelCount; label++) {
      if (scores[from + label] > maximum) maximum = scores[from + label];
    }
    let sum = 0;
    for (let label = 0; label < labelCount; label++) {
      const value = exponential(scores[from + label] - maximum);
      scores[from + label] = value;
      sum += value;
    }
    const factor = (1 - damping) / sum;
    for (let label = 0; label < labelCount; label++) {
      const before = marginals[to + label];
      const after = factor * scores[from + label] + damping * before;
      const difference = Math.abs(after - before);
      if (difference > change) change = difference;
      marginals[to + label] = after;
    }
  }
  return change;
}
