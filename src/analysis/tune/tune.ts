// SPDX-License-Identifier: MIT

import { checkFlag } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readOptions } from '../../problem/reading.js';
import { checkSource } from './check-source.js';
import { checkExamples, counterKeys, ExampleCounter, type ExampleCounterOptions } from './example-counter.js';
import { ParameterSearch, resolveSearchOptions, searchKeys, type TuneSource } from './search.js';
import { checkSpaceAt, resolveSpace } from './space.js';
import type { TuneExample, TuneOptions, TuneResult, TuneSearchOptions } from './types.js';

/**
 * Finds kernels, normalization and iterations on labelled examples, and says whether refinement is worth it at all.
 *
 * ```ts
 * const { recommended, parameters } = await tune(examples, { labelCount: 2, onProgress });
 * if (recommended) crf.setParameters(parameters);
 * ```
 *
 * A few hundred to a few thousand refinements: some minutes on a GPU for a handful of images. The event loop gets its turn between them.
 * The same examples, options and backend give the same result.
 *
 * @param examples at least two; each is refined as it is, so they should be of the size and from the network that is used later.
 * @throws ArgumentError that names the option or example, before any refinement where that can be; the signal's reason when aborted.
 */
export async function tune(examples: readonly TuneExample[], options: TuneOptions): Promise<TuneResult> {
  const given = readOptions('options', options, [...searchKeys, ...counterKeys]);
  const { labelCount, ignore, countAs, backend, device, ...searchOptions } = given;
  const { signal } = resolveSearchOptions(searchOptions);
  const counterOptions = { labelCount, ignore, countAs, backend, device, objective: searchOptions.objective };
  const counter = new ExampleCounter(counterOptions as ExampleCounterOptions);
  const { checked, hasImages } = checkExamples(examples);
  const source: TuneSource = {
    exampleCount: checked.length,
    sizes: checked.map(({ width, height }) => ({ width, height, labelCount: counter.labelCount })),
    baseline: async (example) =>
      (await about(checked, example, () => counter.count(checked[example], [], []))).baseline,
    refined: async (example, kernels, iterations) =>
      (await counter.count(checked[example], kernels, iterations, signal)).refined,
  };
  try {
    return await searchParameters(source, searchOptions as TuneSearchOptions, hasImages);
  } finally {
    counter.destroy();
  }
}

/** Checks options and space without any example. Throws ArgumentError, which names the value. */
export function checkTuneOptions(options: TuneSearchOptions, hasImages: boolean): void {
  resolveSpace(resolveSearchOptions(options).space, checkFlag('hasImages', hasImages));
}

/**
 * The same for examples that come from elsewhere, such as files that are read again each time.
 *
 * @param hasImages whether the space may have bilateral kernels.
 * @throws ArgumentError, which names the option, or the answer of the source that is none; what the source throws; the signal's reason.
 */
export async function searchParameters(
  source: TuneSource,
  options: TuneSearchOptions,
  hasImages: boolean,
): Promise<TuneResult> {
  const resolved = resolveSearchOptions(options);
  const space = resolveSpace(resolved.space, checkFlag('hasImages', hasImages));
  const checked = checkSource(source, resolved.objective);
  const { exampleCount } = checked;
  if (exampleCount < 2) {
    throw new ArgumentError(
      'exampleCount',
      exampleCount,
      'at least 2: what is found on one has to be tried on another',
    );
  }
  for (const size of checked.sizes) checkSpaceAt(space, size);
  return await new ParameterSearch(checked, space, resolved).run();
}

/** Says which example an error is about. */
async function about<Result>(
  examples: readonly TuneExample[],
  index: number,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const { name } = examples[index];
    throw new ArgumentError(
      `examples[${index}]${name === undefined ? '' : ` (${name})`}.${error.argument}`,
      error.value,
      error.allowed,
    );
  }
}
