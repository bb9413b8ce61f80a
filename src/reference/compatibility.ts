// SPDX-License-Identifier: MIT

import type { ResolvedCompatibility } from '../problem/types.js';

/**
 * Adds the message of filtered marginals: +w·KQ (Potts), -c_l·(KQ)_l (diagonal) or -mu·KQ (matrix).
 *
 * @param filtered KQ with its normalisation, [pixelCount, channelCount]
 * @param target [pixelCount, channelCount]; channels past the labels are left alone
 */
export function addMessage(
  compatibility: ResolvedCompatibility,
  filtered: Float32Array,
  labelCount: number,
  channelCount: number,
  target: Float32Array,
): void {
  if (compatibility.kind === 'potts') {
    const { weight } = compatibility;
    for (let i = 0; i < filtered.length; i++) target[i] += weight * filtered[i];
  } else if (compatibility.kind === 'diagonal') {
    const { penalties } = compatibility;
    for (let from = 0; from < filtered.length; from += channelCount) {
      for (let a = 0; a < labelCount; a++) target[from + a] -= penalties[a] * filtered[from + a];
    }
  } else {
    subtractProducts(compatibility.penalties, filtered, labelCount, channelCount, target);
  }
}

function subtractProducts(
  matrix: Float32Array,
  filtered: Float32Array,
  labelCount: number,
  channelCount: number,
  target: Float32Array,
): void {
  for (let from = 0; from < filtered.length; from += channelCount) {
    for (let a = 0; a < labelCount; a++) {
      let sum = 0;
      for (let b = 0; b < labelCount; b++) sum += matrix[a * labelCount + b] * filtered[from + b];
      target[from + a] -= sum;
    }
  }
}
