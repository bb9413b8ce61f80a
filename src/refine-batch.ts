// SPDX-License-Identifier: MIT

import type { RefineInput, RefineReport, Refiner } from './problem/api.js';
import { ArgumentError } from './problem/errors.js';
import { hasMethods } from './problem/platform-objects.js';
import { reading } from './problem/reading.js';

/** One image of a batch. Its results are read from the refiner before the next one is asked for. */
export interface BatchItem {
  /** Of the image, in the order in which they came. */
  index: number;
  /** What the call did. */
  report: RefineReport;
}

/**
 * Refines images of one size one after the other on the same buffers, as they come.
 *
 * ```ts
 * for await (const { index } of refineBatch(crf, inputs)) labelMaps[index] = await crf.labelMap();
 * ```
 *
 * Throws ArgumentError for what is no engine or no iterable, and what `refine` throws: the batch ends then.
 */
export async function* refineBatch(
  crf: Refiner,
  inputs: Iterable<RefineInput> | AsyncIterable<RefineInput>,
): AsyncGenerator<BatchItem> {
  if (!hasMethods('crf', crf, 'refine')) throw new ArgumentError('crf', crf, 'what DenseCrf.create gave');
  if (!isIterable(inputs)) throw new ArgumentError('inputs', inputs, 'an array, or another iterable of inputs');
  let index = 0;
  for await (const input of elementsOf(inputs)) {
    yield { index, report: await crf.refine(input) };
    index++;
  }
}

/** Inputs one by one, promised ones too. What an iterable of the user's throws is thrown on. */
async function* elementsOf(inputs: Iterable<RefineInput> | AsyncIterable<RefineInput>): AsyncGenerator<RefineInput> {
  if (Symbol.asyncIterator in inputs) {
    yield* inputs;
    return;
  }
  let index = 0;
  for (const input of inputs as Iterable<RefineInput>) {
    // Whoever yields an object looks for `then` in it, which is not for everybody's objects.
    const isPromise = hasMethods(`inputs[${index++}]`, input, 'then');
    yield isPromise ? await input : input;
  }
}

function isIterable(value: unknown): boolean {
  return reading('inputs', value, () => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
    const given = value as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    return typeof given[Symbol.iterator] === 'function' || typeof given[Symbol.asyncIterator] === 'function';
  });
}
