// SPDX-License-Identifier: MIT

import { exponential } from './exponential.js';

/**
 * Q <- (1 - damping)·softmax(scores) + damping·Q, row by row.
 *
 * @param scores -unary + messages, [pixelCount, labelCount]; overwritten
 * @param marginals Q, [pixelCount, labelCount], updated in place
 * @param source what stands for `scores`, where it is elsewhere
 * @returns max |ΔQ|
 */
export function updateMarginals(
  scores: Float32Array,
  labelCount: number,
  damping: number,
  marginals: Float32Array,
  source = scores,
): number {
  let change = 0;
  for (let from = 0; from < scores.length; from += labelCount) {
    const end = from + labelCount;
    let maximum = source[from];
    for (let i = from + 1; i < end; i++) {
      if (source[i] > maximum) maximum = source[i];
    }
    let sum = 0;
    for (let i = from; i < end; i++) {
      const value = exponential(source[i] - maximum);
      scores[i] = value;
      sum += value;
    }
    const factor = (1 - damping) / sum;
    for (let i = from; i < end; i++) {
      const before = marginals[i];
      const after = factor * scores[i] + damping * before;
      const difference = Math.abs(after - before);
      if (difference > change) change = difference;
      marginals[i] = after;
    }
  }
  return change;
}
