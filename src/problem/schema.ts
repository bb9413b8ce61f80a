// SPDX-License-Identifier: MIT

import type { LabelLayout, Method, Normalization, SigmaUnit, Upsampling } from './types.js';

/** What there is to know of a parameter that is a number. Bounds are called as in JSON Schema. */
export interface NumberParameter {
  /** Whether it is a whole number. */
  readonly type: 'number' | 'integer';
  /** One sentence on what it does. */
  readonly hint: string;
  /** Of the value; '' where it has none. */
  readonly unit: string;
  /** Left out where the parameter must be given. */
  readonly default?: number;
  /** The least and the largest value that are allowed. */
  readonly minimum?: number;
  /** The largest value that is allowed. */
  readonly maximum?: number;
  /** Allowed are values above, and below, these. */
  readonly exclusiveMinimum?: number;
  /** Allowed are values below this. */
  readonly exclusiveMaximum?: number;
  /** Whether `Infinity` is allowed, which JSON has no number for. */
  readonly mayBeInfinite?: boolean;
  /** What people try: the ends of a slider. */
  readonly usual?: readonly [low: number, high: number];
  /** Of a slider. */
  readonly step?: number;
  /** Whether the usual values lie evenly on a logarithmic scale. */
  readonly isLogarithmic?: boolean;
  /** Where `tune` looks, unless its space says otherwise: from the first to the last, or, of whole numbers, these. */
  readonly searched?: readonly number[];
}

/** What there is to know of a parameter that is one of a few words. */
export interface ChoiceParameter<Choice extends string = string> {
  readonly type: 'choice';
  /** One sentence on what it does. */
  readonly hint: string;
  /** The words that are allowed. */
  readonly choices: readonly Choice[];
  /** What is taken where it is left out. */
  readonly default: Choice;
  /** What `tune` compares, unless its space says otherwise. */
  readonly searched?: readonly Choice[];
}

/** One parameter. */
export type ParameterSchema = NumberParameter | ChoiceParameter;

/** Sigmas divide float32 features, and are inverted: both must be numbers there. */
const sigmaBounds = { minimum: 1e-30, maximum: 1e30 } as const;

const sigmaXY = { type: 'number', unit: 'pixels', ...sigmaBounds, isLogarithmic: true } as const;

const sigmaUnit = {
  type: 'choice',
  hint: "Whether sigmaXY is in pixels or in parts of the image's diagonal.",
  choices: ['pixels', 'diagonal'],
  default: 'pixels',
} as const satisfies ChoiceParameter<SigmaUnit>;

/** A Potts number, and each element of a vector or matrix. Far outside of these messages would leave float32. */
const compatibility = {
  type: 'number',
  hint: 'Weight of the kernel: how strongly pixels that are close by its measure are given the same label.',
  unit: '',
  minimum: -1e9,
  maximum: 1e9,
  usual: [0, 20],
  step: 0.5,
} as const satisfies NumberParameter;

const normalization = {
  type: 'choice',
  hint: 'How messages are divided by n, the sum of the kernel at a pixel.',
  choices: ['none', 'before', 'after', 'symmetric'],
  default: 'symmetric',
  searched: ['symmetric', 'after'],
} as const satisfies ChoiceParameter<Normalization>;

const method = {
  type: 'choice',
  hint: 'How the kernel is summed: on the permutohedral lattice, exactly over all pairs, or (gaussian kernels only) along rows and columns.',
  choices: ['lattice', 'exact', 'separable'],
  default: 'lattice',
} as const satisfies ChoiceParameter<Method>;

/**
 * Every parameter of the CRF: what it does, its unit, default and allowed range. All checks read it, and so do the command line's help, the demo's
 * sliders, the default space of `tune` and the JSON Schema of the package.
 */
export const crfSchema = {
  /** Of `CrfParameters`, beside `kernels`. */
  parameters: {
    iterations: {
      type: 'integer',
      hint: 'Mean-field iterations. More give sharper masks, up to a point; 0 leaves the input as it is.',
      unit: 'iterations',
      default: 5,
      minimum: 0,
      maximum: 10000,
      usual: [0, 20],
      step: 1,
      searched: [1, 2, 5],
    },
    method: { ...method, hint: 'Method of the kernels that name none.' },
    tolerance: {
      type: 'number',
      hint: 'Stop once the largest change of Q in an iteration is at most this; 0 never stops early.',
      unit: 'probability',
      default: 0,
      minimum: 0,
      maximum: 1,
    },
    damping: {
      type: 'number',
      hint: 'Share of the Q before that stays in each iteration.',
      unit: 'share',
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
    },
    exactWorkLimit: {
      type: 'number',
      hint: "Kernel evaluations that method 'exact' may spend in a call before it is refused.",
      unit: 'evaluations',
      default: 2e11,
      exclusiveMinimum: 0,
      mayBeInfinite: true,
    },
  },
  /** Of a kernel of type 'gaussian'. */
  gaussian: {
    sigmaXY: {
      ...sigmaXY,
      hint: 'Radius of the smoothing, whatever the colours. Removes specks.',
      usual: [0.5, 20],
      step: 0.1,
      searched: [0.5, 5],
    },
    sigmaUnit,
    compatibility: { ...compatibility, default: 3, searched: [0.3, 10] },
    normalization,
    method,
  },
  /** Of a kernel of type 'bilateral'. */
  bilateral: {
    sigmaXY: {
      ...sigmaXY,
      hint: 'How far apart two pixels of the same colour still influence each other.',
      usual: [4, 160],
      step: 1,
      searched: [4, 120],
    },
    sigmaRGB: {
      type: 'number',
      hint: 'How different two colours may be. Small: every shade is an edge. Large: only strong edges count.',
      unit: 'on 0..255',
      ...sigmaBounds,
      usual: [2, 60],
      step: 0.5,
      isLogarithmic: true,
      searched: [2, 40],
    },
    sigmaUnit,
    compatibility: { ...compatibility, default: 10, searched: [0.5, 20] },
    normalization,
    method,
  },
  /** Of a kernel of type 'features', beside its array. */
  features: {
    featureDim: { type: 'integer', hint: 'Numbers a pixel.', unit: '', minimum: 1, maximum: 1024 },
    compatibility: { ...compatibility, default: 10 },
    normalization,
    method,
  },
  /** Of a unary. */
  unary: {
    confidence: {
      type: 'number',
      hint: 'Probability of a marked label; at least that of the others, 1/labelCount.',
      unit: 'probability',
      default: 0.7,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
    },
    upsampling: {
      type: 'choice',
      hint: 'Where the samples of a coarse array lie: pixel edges aligned, or the centres of the corners.',
      choices: ['half-pixel', 'align-corners'],
      default: 'half-pixel',
    },
    layout: {
      type: 'choice',
      hint: 'Order of the array: planar is [label, y, x], interleaved is [y, x, label].',
      choices: ['planar', 'interleaved'],
      default: 'planar',
    },
  },
} as const satisfies {
  parameters: Record<string, ParameterSchema>;
  gaussian: Record<string, ParameterSchema>;
  bilateral: Record<string, ParameterSchema>;
  features: Record<string, ParameterSchema>;
  unary: {
    confidence: NumberParameter;
    upsampling: ChoiceParameter<Upsampling>;
    layout: ChoiceParameter<LabelLayout>;
  };
};

/** Types of kernels, and the parameters of each. */
export const kernelSchemas = {
  gaussian: crfSchema.gaussian,
  bilateral: crfSchema.bilateral,
  features: crfSchema.features,
} as const;
