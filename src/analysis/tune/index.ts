// SPDX-License-Identifier: MIT

export { ExampleCounter, type ExampleCounterOptions, type ExampleTallies } from './example-counter.js';
export type { Tally } from './objective.js';
export type { TuneSource } from './search.js';
export { tryParameters } from './trial.js';
export { checkTuneOptions, searchParameters, tune } from './tune.js';
export type {
  ResponseCurve,
  TuneCandidate,
  TuneExample,
  TuneFold,
  TuneObjective,
  TuneOptions,
  TuneProgress,
  TuneRange,
  TuneResult,
  TuneSearchOptions,
  TuneSpace,
  TuneTrial,
} from './types.js';
