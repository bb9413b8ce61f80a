// SPDX-License-Identifier: MIT

import type { RefineInput, RefineReport, Refiner } from './problem/api.js';

/** One image of a batch. Its results are read from the refiner before the next one is asked for. */
export interface BatchItem {
  index: number;
  report: RefineReport;
}

/**
 * Refines images of one size one after the other on the same buffers, as they come.
 *
 *   for await (const { index } of refineBatch(crf, inputs)) labelMaps[index] = await crf.labelMap();
 */
export async function* refineBatch(
  crf: Refiner,
  inputs: Iterable<RefineInput> | AsyncIterable<RefineInput>,
): AsyncGenerator<BatchItem> {
  let index = 0;
  for await (const input of inputs) {
    yield { index, report: await crf.refine(input) };
    index++;
  }
}
