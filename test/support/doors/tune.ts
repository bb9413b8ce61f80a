// SPDX-License-Identifier: MIT

import {
  checkTuneOptions,
  ExampleCounter,
  type ExampleCounterOptions,
  searchParameters,
  type TuneExample,
  type TuneOptions,
  type TuneSearchOptions,
  type TuneSource,
  tryParameters,
  tune,
} from '../../../src/analysis/index.js';
import type { CrfParameters, Kernel } from '../../../src/index.js';
import { arg, type Door, type HousePlan, optionalArg } from './door.js';
import { goodImage, goodUnary, imageSpec, parametersSpec, pixelCount, size, unarySpec } from './problem.js';
import {
  boolean,
  choice,
  either,
  integer,
  labelTypes,
  list,
  number,
  object,
  type Spec,
  signal,
  text,
  typed,
} from './spec.js';

const { labelCount, width, height } = size;
const range: Spec = {
  is: 'like',
  what: '[low, high]',
  test: (value) => {
    const isPair = Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number');
    return isPair && value[0] > 0 && value[1] >= value[0] && Number.isFinite(value[1]) ? 'unclear' : 'no';
  },
};
const objective = either(
  object({ measure: choice('meanIoU', 'pixelAccuracy', 'meanDice') }, { bandWidth: number({ above: 0, to: 1024 }) }),
  object({ measure: choice('boundaryF'), tolerance: number({ from: 0, to: 64 }) }),
);
const searchKeys = {
  space: object(
    {},
    {
      gaussian: either(object({}, { sigmaXY: range, compatibility: range }), choice(null)),
      bilateral: either(object({}, { sigmaXY: range, sigmaRGB: range, compatibility: range }), choice(null)),
      sigmaUnit: choice('pixels', 'diagonal'),
      normalization: list(choice('none', 'before', 'after', 'symmetric'), 1),
      iterations: list(integer(1, 10_000), 1),
    },
  ),
  objective,
  candidates: integer(4, 4096),
  folds: integer(2, 1e6),
  confidence: number({ from: 0.5, below: 1 }),
  resamples: integer(100, 1e6),
  seed: integer(0, 2 ** 32 - 1),
  signal,
  onProgress: { is: 'function' },
} satisfies Record<string, Spec>;
const counterKeys = {
  ignore: either(integer(-(2 ** 31), 2 ** 32 - 1), choice(null)),
  countAs: list(integer(0, labelCount - 1), labelCount, labelCount),
  backend: choice('auto', 'webgpu', 'cpu'),
  // Tried on a device of its own elsewhere.
  device: choice(undefined),
};

/** As little work as there can be. */
function goodSearch(): TuneSearchOptions {
  return {
    space: {
      gaussian: { sigmaXY: [1, 2], compatibility: [1, 1] },
      bilateral: null,
      normalization: ['symmetric'],
      iterations: [1],
    },
    objective: { measure: 'pixelAccuracy' },
    candidates: 4,
    folds: 2,
    confidence: 0.9,
    resamples: 100,
    seed: 3,
    onProgress: () => undefined,
  };
}

const exampleSpec = object(
  {
    width: choice(width),
    height: choice(height),
    unary: unarySpec,
    truth: typed(labelTypes, pixelCount, integer(0, 2 ** 32 - 1)),
  },
  { name: text, image: imageSpec },
);

function goodExample(): TuneExample {
  const truth = Uint8Array.from({ length: pixelCount }, (_, i) => i % labelCount);
  return { name: 'one', width, height, unary: goodUnary(), image: goodImage(), truth };
}

const sourceKeys = {
  is: 'like',
  what: 'a TuneSource',
  test: (value) => (isSource(value) ? 'unclear' : 'no'),
} as const satisfies Spec;

function isSource(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'baseline' in value && typeof value.baseline === 'function';
}

function goodSource(): TuneSource {
  const tally = [1, 2, 3, 4, 4, 4, 3, 3, 6];
  return {
    exampleCount: 2,
    sizes: [size],
    baseline: async () => tally,
    refined: async (_example, kernels, iterations) => kernels.map(() => iterations.map(() => tally)),
  };
}

/** What may be right, and take a minute. */
function isLong(options: unknown): boolean {
  try {
    const { candidates, resamples, space } = options as TuneSearchOptions;
    return candidates === undefined || resamples === undefined || space === undefined;
  } catch {
    return false;
  }
}

const doors: Door[] = [
  {
    name: 'checkTuneOptions',
    args: [arg('options', object({}, searchKeys)), arg('hasImages', boolean)],
    good: () => [goodSearch(), true],
    call: ([options, hasImages]) => checkTuneOptions(options as TuneSearchOptions, hasImages as boolean),
  },
  {
    name: 'tune',
    args: [
      arg('examples', list(exampleSpec, 2)),
      arg('options', object({ labelCount: choice(labelCount) }, { ...searchKeys, ...counterKeys })),
    ],
    good: () => [[goodExample(), goodExample()], { ...goodSearch(), labelCount, ignore: null, backend: 'cpu' }],
    call: ([examples, options]) => tune(examples as TuneExample[], options as TuneOptions),
    isSlow: true,
  },
  {
    name: 'searchParameters',
    args: [arg('source', sourceKeys), arg('options', object({}, searchKeys)), arg('hasImages', boolean)],
    good: () => [goodSource(), goodSearch(), false],
    call: ([source, options, hasImages]) =>
      searchParameters(source as TuneSource, options as TuneSearchOptions, hasImages as boolean),
    avoids: ([, options]) => isLong(options),
  },
  {
    name: 'tryParameters',
    args: [
      arg('source', sourceKeys),
      arg('parameters', parametersSpec),
      optionalArg('options', object({}, { ...searchKeys, space: choice(undefined) })),
    ],
    good: () => [goodSource(), { kernels: [{ type: 'gaussian', sigmaXY: 2 }], iterations: 1 }, { resamples: 100 }],
    call: ([source, parameters, options]) =>
      tryParameters(source as TuneSource, parameters as CrfParameters, options as TuneSearchOptions),
  },
  {
    name: 'new ExampleCounter',
    args: [arg('options', object({ labelCount: integer(2, 65536) }, { ...counterKeys, objective }))],
    good: () => [{ labelCount, ignore: 255, countAs: [0, 1, 1], backend: 'cpu', objective: { measure: 'meanIoU' } }],
    call: ([options]) => new ExampleCounter(options as ExampleCounterOptions).destroy(),
  },
  {
    name: 'ExampleCounter.count',
    args: [
      arg('example', exampleSpec),
      arg('kernels', list(list({ is: 'anything' }))),
      arg('iterations', list(integer(0, 100))),
      optionalArg('signal', signal),
    ],
    good: () => [goodExample(), [[{ type: 'gaussian', sigmaXY: 2 }]], [1, 2]],
    async call([example, kernels, iterations, ending]) {
      const counter = new ExampleCounter({ labelCount, backend: 'cpu' });
      try {
        await counter.count(
          example as TuneExample,
          kernels as Kernel[][],
          iterations as number[],
          ending as AbortSignal,
        );
      } finally {
        counter.destroy();
      }
    },
  },
];

export const tuning: readonly HousePlan[] = [{ name: 'tune', build: () => ({ doors }) }];
