// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkSize } from '../../problem/parameters.js';
import { hasMethods } from '../../problem/platform-objects.js';
import { readArray, readProperties } from '../../problem/reading.js';
import { checkTally, type Tally } from './objective.js';
import type { TuneSource } from './search.js';
import type { TuneObjective } from './types.js';

/**
 * A source whose answers are checked too: it may be anybody's, and a search that went on with a tally of another kind would find nonsense.
 *
 * @throws ArgumentError, which names the property
 */
export function checkSource(source: TuneSource, objective: TuneObjective): TuneSource {
  if (!hasMethods('source', source, 'baseline', 'refined')) {
    throw new ArgumentError('source', source, 'an object with exampleCount, sizes, baseline and refined');
  }
  const given = readProperties('source', source, ['exampleCount', 'sizes']);
  const sizes = readArray('source.sizes', given.sizes).map((size) => checkSize(size));
  let length: number | undefined;
  const tally = (argument: string, value: unknown): Tally => {
    const checked = checkTally(argument, value, objective, length);
    length = checked.length;
    return checked;
  };
  return {
    exampleCount: checkInteger('source.exampleCount', given.exampleCount, 0, 2 ** 31 - 1),
    sizes,
    baseline: async (example) => tally(`source.baseline(${example})`, await source.baseline(example)),
    refined: async (example, kernels, iterations) => {
      const path = `source.refined(${example})`;
      const bySet = elementsOf(path, await source.refined(example, kernels, iterations), kernels.length);
      return bySet.map((set, k) =>
        elementsOf(`${path}[${k}]`, set, iterations.length).map((one, i) => tally(`${path}[${k}][${i}]`, one)),
      );
    },
  };
}

function elementsOf(argument: string, value: unknown, length: number): unknown[] {
  const allowed = `an array of ${length}`;
  const elements = readArray(argument, value, allowed);
  if (elements.length !== length) throw new ArgumentError(argument, value, allowed);
  return elements;
}

/** Whole numbers from 0 on, none smaller than the one before. Throws ArgumentError. */
export function checkRising(argument: string, value: unknown, most: number): number[] {
  let last = 0;
  return readArray(argument, value).map((element, index) => {
    last = checkInteger(`${argument}[${index}]`, element, last, most);
    return last;
  });
}
