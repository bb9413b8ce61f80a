// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import type { ProblemSize } from '../../../src/problem/types.js';
import { type GivenImage, givenImage } from '../given/images.js';
import { type GivenParameters, givenParameters } from '../given/parameters.js';
import { type GivenUnary, givenUnary } from '../given/unaries.js';

/** Calls without arguments. */
export const readings = [
  'marginals',
  'labelMap',
  'confidence',
  'entropy',
  'energy',
  'invalidPixelCount',
  'gpuResults',
] as const;
export type Reading = (typeof readings)[number];

/** What `step` may not be told. */
export const badCounts = [-1, 1.5, Number.NaN, '2', {}, null] as const;
/** What `refine` and `start` may not be told. */
export const badInputs = [{ unray: 1 }, 5, [], null, { image: 5 }, { warmStart: 'yes' }] as const;

/** What somebody does with an engine. */
export type Step =
  | { call: 'refine' | 'start'; image: GivenImage | null; unary: GivenUnary | null; warmStart: boolean }
  | { call: 'step'; count: number | undefined }
  | { call: 'setParameters'; parameters: GivenParameters }
  | { call: Reading }
  /** By index into `badCounts` and `badInputs`. */
  | { call: 'bad step' | 'bad refine' | 'bad start'; index: number }
  /** Something invalid is made on the engine's device after a while, in an error scope of one's own. */
  | { call: 'own fault'; ticks: number }
  /** A second engine on the same device is given a buffer that is destroyed. */
  | { call: 'neighbour' };

export interface PlacedStep {
  step: Step;
  /** Whether the next step waits for this one. */
  isAwaited: boolean;
  /** What the caller overwrites at once after the call: images and unaries, or the arrays of `features` kernels too. */
  overwrites: 'nothing' | 'inputs' | 'features';
}

export interface Sequence {
  size: ProblemSize;
  parameters: GivenParameters;
  steps: readonly PlacedStep[];
  ending: 'none' | 'destroy' | 'lose the device';
  /** After the ending. */
  after: readonly Step[];
}

/** Label counts between which the rows' layouts differ, few of them: each is compiled. */
const sizes = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 6 }),
  labelCount: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(5, 2) },
    { weight: 1, arbitrary: fc.constantFrom(1, 3, 9, 21, 26) },
  ),
});

const parameters = givenParameters({ mild: true, largestFeatureDim: 4, kernelCount: 2 }).map((given) => ({
  ...given,
  // At 1 a tolerant engine stops after one iteration, whatever rounding does.
  tolerance: given.tolerance > 0 ? 1 : 0,
}));

const image = fc.option(givenImage(['Uint8ClampedArray', 'Uint8Array']), { freq: 3 });
const unary = fc.option(
  givenUnary({ values: ['Float32Array', 'Float64Array'], labels: ['Uint8Array', 'Int32Array', 'Uint32Array'] }).map(
    tamed,
  ),
  { freq: 3 },
);

/** Energies at which rounding decides are the problems' affair. */
function tamed(given: GivenUnary): GivenUnary {
  return given.form === 'labels' ? given : { ...given, scale: Math.min(given.scale, 8), offset: 0 };
}

const inputCall = fc.record({
  call: fc.constantFrom('refine' as const, 'start' as const),
  image,
  unary,
  warmStart: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const stepCall = fc.record({
  call: fc.constant('step' as const),
  count: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 3 }),
});
const reading = fc.record({ call: fc.constantFrom(...readings) });
const bad = fc.record({
  call: fc.constantFrom('bad step' as const, 'bad refine' as const, 'bad start' as const),
  index: fc.nat({ max: badCounts.length - 1 }),
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: inputCall },
  { weight: 4, arbitrary: reading },
  { weight: 3, arbitrary: stepCall },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('setParameters' as const), parameters }) },
  { weight: 1, arbitrary: bad },
  { weight: 1, arbitrary: fc.record({ call: fc.constant('own fault' as const), ticks: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constant('neighbour' as const) }) },
);

const placedStep = fc.record({
  step: anyStep,
  isAwaited: fc.oneof({ weight: 2, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  overwrites: fc.oneof(
    { weight: 4, arbitrary: fc.constant('nothing' as const) },
    { weight: 3, arbitrary: fc.constant('inputs' as const) },
    { weight: 1, arbitrary: fc.constant('features' as const) },
  ),
});

/** Most sequences begin with what makes all other calls possible. */
const opening: fc.Arbitrary<PlacedStep> = fc.record({
  step: fc.record({
    call: fc.constantFrom('refine' as const, 'start' as const),
    image: image.filter((given) => given !== null),
    unary: unary.filter((given) => given !== null),
    warmStart: fc.constant(false),
  }),
  isAwaited: fc.boolean(),
  overwrites: fc.constantFrom('nothing' as const, 'inputs' as const),
});

const steps = fc
  .tuple(fc.option(opening, { freq: 8 }), fc.array(placedStep, { maxLength: 8, size: 'max' }))
  .map(([first, rest]) => (first ? [first, ...rest] : rest));

export const sequences: fc.Arbitrary<Sequence> = fc.record({
  size: sizes,
  parameters,
  steps,
  ending: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none' as const) },
    { weight: 2, arbitrary: fc.constant('destroy' as const) },
    { weight: 1, arbitrary: fc.constant('lose the device' as const) },
  ),
  after: fc.array(fc.oneof(reading, stepCall, inputCall), { maxLength: 3 }),
});
