// SPDX-License-Identifier: MIT

import type { RowPlan } from '../../src/engine/plan/row-plan.js';
import { updateMarginals } from '../../src/reference/softmax.js';

/**
 * [pixelCount, labelCount] as the rows of one slab, [pixelCount, rowChannels]; `padding` where there is no label.
 * The last label is left out where the plan says so.
 */
export function toRows(
  values: Float32Array,
  labelCount: number,
  rows: RowPlan,
  slab: number,
  padding = 0,
): Float32Array {
  const { rowChannels, storedLabels, firstLabels } = rows;
  const pixelCount = values.length / labelCount;
  const out = new Float32Array(pixelCount * rowChannels).fill(padding);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    for (let channel = 0; channel < rowChannels; channel++) {
      const label = firstLabels[slab] + channel;
      if (label < storedLabels) out[pixel * rowChannels + channel] = values[pixel * labelCount + label];
    }
  }
  return out;
}

/** The stored labels of all slabs, [pixelCount, storedLabels]: what `toRows` was given, less what is not stored. */
export function fromRows(slabs: readonly Float32Array[], rows: RowPlan): Float32Array {
  const { rowChannels, storedLabels, firstLabels } = rows;
  const pixelCount = slabs[0].length / rowChannels;
  const out = new Float32Array(pixelCount * storedLabels);
  slabs.forEach((values, slab) => {
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      for (let channel = 0; channel < rowChannels; channel++) {
        const label = firstLabels[slab] + channel;
        if (label < storedLabels) out[pixel * storedLabels + label] = values[pixel * rowChannels + channel];
      }
    }
  });
  return out;
}

/** The first `kept` of every `labelCount` values. */
export function firstLabelsOf(values: Float32Array, labelCount: number, kept: number): Float32Array {
  return values.filter((_value, index) => index % labelCount < kept);
}

/** Logits and energies are held relative to the last label's where that one is not stored. */
export function relativeToLast(values: Float32Array, labelCount: number, rows: RowPlan): Float32Array {
  if (!rows.implicitLast) return values;
  return values.map((value, i) => value - values[i - (i % labelCount) + labelCount - 1]);
}

/** What is filtered of them, [count, labelCount], in the stored channels: of two labels half of what the first has more than the second. */
export function filteredRows(values: Float32Array, labelCount: number, rows: RowPlan): Float32Array {
  return rows.filtersExcess ? relativeToLast(values, labelCount, rows).map((excess) => excess / 2) : values;
}

/**
 * What a pixel's stored channels hold once a message has come: -energies + message, or their softmax.
 * All arrays are [pixelCount, labelCount].
 */
export function updatedRows(
  energies: Float32Array,
  message: Float32Array,
  labelCount: number,
  rows: RowPlan,
  use: { lastKernel: boolean; messageOnly: boolean },
): Float32Array {
  if (use.messageOnly) {
    const told = rows.filtersExcess ? relativeToLast(message, labelCount, rows) : message;
    return firstLabelsOf(told, labelCount, rows.storedLabels);
  }
  const scores = message.map((part, i) => part - energies[i]);
  if (!use.lastKernel) return firstLabelsOf(relativeToLast(scores, labelCount, rows), labelCount, rows.storedLabels);
  const marginals = new Float32Array(scores.length);
  updateMarginals(scores, labelCount, 0, marginals);
  return firstLabelsOf(marginals, labelCount, rows.storedLabels);
}
