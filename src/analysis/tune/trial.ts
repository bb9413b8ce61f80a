// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { resolveParameters } from '../../problem/parameters.js';
import { type CrfParametersOrName, parametersNamed } from '../../problem/presets.js';
import { readOptions } from '../../problem/reading.js';
import type { CrfParameters } from '../../problem/types.js';
import { bootstrapGains, intervalOf } from './bootstrap.js';
import { checkSource } from './check-source.js';
import { scoreOfTally, sumOfTallies, type Tally } from './objective.js';
import { resolveSearchOptions, type TuneSource } from './search.js';
import type { TuneSearchOptions, TuneTrial } from './types.js';

/**
 * What parameters do to examples, whether they were found on them or on others: images of another kind show how far parameters carry.
 *
 * @param options objective, confidence, resamples and seed, as for `tune`.
 * @throws ArgumentError for parameters that can't be at the examples' sizes, and where no pixel of truth counts; the signal's reason.
 */
export async function tryParameters(
  source: TuneSource,
  parameters: CrfParametersOrName,
  options: Omit<TuneSearchOptions, 'space' | 'candidates' | 'folds'> = {},
): Promise<TuneTrial> {
  const given = readOptions('options', options, [
    'objective',
    'confidence',
    'resamples',
    'seed',
    'signal',
    'onProgress',
  ]);
  const { objective, confidence, resamples, seed, signal } = resolveSearchOptions(given);
  const checked = checkSource(source, objective);
  // Where there are no sizes, the least there is: what depends on no size is checked all the same.
  const sizes = checked.sizes.length > 0 ? checked.sizes : [{ width: 1, height: 1, labelCount: 2 }];
  const [{ iterations }] = sizes.map((size) => resolveParameters(parameters, size));
  const { kernels } = parametersNamed('parameters', parameters) as CrfParameters;
  const before: Tally[] = [];
  const after: Tally[] = [];
  for (let example = 0; example < checked.exampleCount; example++) {
    signal?.throwIfAborted();
    before.push(await checked.baseline(example));
    const [[tally]] = await checked.refined(example, [kernels], [iterations]);
    after.push(tally);
  }
  const [baseline, score] = [before, after].map((tallies) => scoreOfTally(sumOfTallies(tallies), objective));
  if (baseline === null || score === null) {
    throw new ArgumentError('examples', checked.exampleCount, 'at least one pixel of truth that counts');
  }
  const interval = intervalOf(bootstrapGains(after, before, objective, { resamples, seed: seed + 1 }), confidence);
  return { exampleCount: before.length, baseline, score, gain: score - baseline, confidence, interval };
}
