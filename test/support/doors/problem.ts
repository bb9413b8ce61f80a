// SPDX-License-Identifier: MIT

import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { drawnImage, drawnLogits } from '../problems.js';
import {
  boolean,
  choice,
  either,
  floatTypes,
  integer,
  labelTypes,
  list,
  number,
  object,
  open,
  type Spec,
  typed,
} from './spec.js';

/** The problem that all doors are tried with: a row of whole lanes, one with room for more, and no square. */
export const size: ProblemSize = { width: 12, height: 9, labelCount: 3 };
export const pixelCount = size.width * size.height;

const weight = number({ from: -1e9, to: 1e9 });
const normalization = choice('none', 'before', 'after', 'symmetric');
const sigma = number({ from: 1e-30, to: 1e30 });
const positions = either(sigma, list(sigma, 2, 2));
const colours = either(sigma, list(sigma, 3, 3));
const compatibility = either(
  weight,
  list(weight, size.labelCount, size.labelCount),
  list(list(weight, size.labelCount, size.labelCount), size.labelCount, size.labelCount),
);
const common = { compatibility, normalization };

/** `features` are [featureDim, pixelCount]; only this number of them is tried. */
const featureDim = 2;

const kernel = either(
  object(
    { type: choice('gaussian'), sigmaXY: positions },
    { ...common, sigmaUnit: choice('pixels', 'diagonal'), method: choice('lattice', 'exact', 'separable') },
  ),
  object(
    { type: choice('bilateral'), sigmaXY: positions, sigmaRGB: colours },
    { ...common, sigmaUnit: choice('pixels', 'diagonal'), method: choice('lattice', 'exact') },
  ),
  object(
    {
      type: choice('features'),
      featureDim: choice(featureDim),
      features: typed([Float32Array], featureDim * pixelCount, number()),
    },
    { ...common, method: choice('lattice', 'exact') },
  ),
);

export const parametersSpec: Spec = object(
  { kernels: list(kernel) },
  {
    iterations: integer(0, 10_000),
    method: choice('lattice', 'exact', 'separable'),
    tolerance: number({ from: 0, to: 1 }),
    damping: number({ from: 0, below: 1 }),
    exactWorkLimit: number({ above: 0, infinity: true }),
  },
);

/** All kinds of kernels and compatibilities. */
export function goodParameters(): CrfParameters {
  return {
    kernels: [
      { type: 'gaussian', sigmaXY: [3, 2], compatibility: 3, normalization: 'symmetric' },
      { type: 'bilateral', sigmaXY: 8, sigmaRGB: [13, 20, 30], compatibility: [-1, -2, -3], sigmaUnit: 'pixels' },
      {
        type: 'features',
        featureDim,
        features: Float32Array.from({ length: featureDim * pixelCount }, (_, i) => (i % 17) / 3),
        compatibility: [
          [0, 1, 2],
          [1, 0, 1],
          [2, 1, 0],
        ],
        normalization: 'after',
        method: 'lattice',
      },
    ],
    iterations: 2,
    tolerance: 0,
    damping: 0.1,
  };
}

const finite = number();
const window = object({
  x: number({ from: -2, below: size.width }),
  y: number({ from: -2, below: size.height }),
  width: number({ above: 0, to: size.width + 4 }),
  height: number({ above: 0, to: size.height + 4 }),
});
const shape = {
  width: choice(size.width),
  height: choice(size.height),
  upsampling: choice('half-pixel', 'align-corners'),
  layout: choice('planar', 'interleaved'),
  window,
};
const floats = (of: Spec) => typed(floatTypes, pixelCount * size.labelCount, of);

/** Taken as marks too, where their numbers are labels. */
export const otherLabels: Spec = {
  is: 'like',
  what: 'labels of eight bits with a sign, or of 64 bits',
  test: (value) =>
    [Int8Array, BigInt64Array, BigUint64Array].some((type) => value instanceof type) ? 'unclear' : 'no',
};

export const unarySpec: Spec = either(
  object({ logits: floats(finite) }, shape),
  object({ probabilities: floats(number({ from: -1e-3, to: 1.001 })) }, shape),
  object({ unary: floats(finite) }, shape),
  object(
    // With an unknown value labels may be one higher.
    { labels: either(typed(labelTypes, pixelCount, integer(0, size.labelCount)), otherLabels) },
    {
      confidence: number({ from: 1 / size.labelCount, below: 1 }),
      unknown: either(integer(-(2 ** 31), 2 ** 32 - 1), choice(null)),
    },
  ),
);

/** What a page shows and what a GPU holds is no plain object. */
export const imageSpec: Spec = open({
  data: typed([Uint8Array, Uint8ClampedArray], 4 * pixelCount),
  width: choice(size.width),
  height: choice(size.height),
});

export const inputSpec: Spec = object({}, { image: imageSpec, unary: unarySpec, warmStart: boolean });

export function goodImage() {
  return drawnImage(size.width, size.height);
}

/** One of the four forms, by turns. */
export function goodUnary(turn = 0) {
  const logits = drawnLogits(size);
  const forms = [
    { logits, width: size.width, height: size.height, layout: 'planar' },
    { labels: Uint8Array.from({ length: pixelCount }, (_, i) => i % 3), confidence: 0.8, unknown: null },
    { probabilities: new Float64Array(logits.length).fill(1 / 3), layout: 'interleaved' },
    { unary: logits.slice(), window: { x: 0, y: 0, width: 12, height: 9 } },
  ] as const;
  return forms[turn % forms.length];
}

let turn = 0;

export function goodInput() {
  turn++;
  return { image: goodImage(), unary: goodUnary(turn), warmStart: turn % 2 === 0 };
}
