// SPDX-License-Identifier: MIT

import type { ResolvedCompatibility } from '../crf/types.js';

/** What a kernel makes of Q: KQ with its normalisation, without the last label. */
export interface FilteredMarginals {
  /** [pixelCount, labelCount - 1] */
  values: Float32Array;
  /** Sum over all labels, [pixelCount]: the last label has what the others leave of it. */
  sums: Float32Array;
}

/**
 * Adds a kernel's message for pixels begin..end-1: +w·KQ (Potts), -c_l·(KQ)_l (diagonal) or -mu·KQ (matrix).
 *
 * @param target [end - begin, labelCount]
 */
export function addMessage(
  compatibility: ResolvedCompatibility,
  filtered: FilteredMarginals,
  begin: number,
  end: number,
  labelCount: number,
  target: Float32Array,
): void {
  if (compatibility.kind === 'potts') {
    addPotts(compatibility.weight, filtered, begin, end, labelCount, target);
    return;
  }
  const row = new Float64Array(labelCount);
  for (let pixel = begin; pixel < end; pixel++) {
    readRow(filtered, pixel, row);
    const to = (pixel - begin) * labelCount;
    if (compatibility.kind === 'diagonal') {
      for (let a = 0; a < labelCount; a++) target[to + a] -= compatibility.penalties[a] * row[a];
    } else {
      subtractProduct(compatibility.penalties, row, target, to);
    }
  }
}

function addPotts(
  weight: number,
  filtered: FilteredMarginals,
  begin: number,
  end: number,
  labelCount: number,
  target: Float32Array,
): void {
  const { values, sums } = filtered;
  const channelCount = labelCount - 1;
  for (let pixel = begin; pixel < end; pixel++) {
    const from = pixel * channelCount;
    const to = (pixel - begin) * labelCount;
    let rest = sums[pixel];
    for (let c = 0; c < channelCount; c++) {
      const value = values[from + c];
      rest -= value;
      target[to + c] += weight * value;
    }
    target[to + channelCount] += weight * rest;
  }
}

/** The filtered row of all labels, the last one from the sum. */
function readRow(filtered: FilteredMarginals, pixel: number, row: Float64Array): void {
  const channelCount = row.length - 1;
  let rest = filtered.sums[pixel];
  for (let c = 0; c < channelCount; c++) {
    const value = filtered.values[pixel * channelCount + c];
    row[c] = value;
    rest -= value;
  }
  row[channelCount] = rest;
}

function subtractProduct(matrix: Float32Array, row: Float64Array, target: Float32Array, to: number): void {
  const labelCount = row.length;
  for (let a = 0; a < labelCount; a++) {
    let sum = 0;
    for (let b = 0; b < labelCount; b++) sum += matrix[a * labelCount + b] * row[b];
    target[to + a] -= sum;
  }
}
