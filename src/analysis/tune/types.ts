// SPDX-License-Identifier: MIT

import type { ImageInput, Refiner, UnarySource } from '../../problem/api.js';
import type { CrfParameters, LabelArray, Normalization, SigmaUnit } from '../../problem/types.js';

/** One image whose labels are known. */
export interface TuneExample {
  /** For messages and reports. Default: its index. */
  name?: string;
  width: number;
  height: number;
  /** Needed by a bilateral kernel. */
  image?: ImageInput;
  /** What the CRF is to start from. */
  unary: UnarySource;
  /** The true labels, [y, x]; `ignore` where nothing is known. */
  truth: LabelArray;
}

/** From the lowest to the highest value, searched on a logarithmic scale; two equal numbers fix it. Above 0. */
export type TuneRange = readonly [low: number, high: number];

/** Where parameters are looked for. A kernel that is null is left out. */
export interface TuneSpace {
  /** Default: sigmaXY 0.5..5, compatibility 0.3..10. */
  gaussian?: { sigmaXY?: TuneRange; compatibility?: TuneRange } | null;
  /** Default: sigmaXY 4..120, sigmaRGB 2..40 (on 0..255), compatibility 0.5..20; null where no example has an image. */
  bilateral?: { sigmaXY?: TuneRange; sigmaRGB?: TuneRange; compatibility?: TuneRange } | null;
  /** Whether sigmaXY is in pixels (default) or in parts of the image's diagonal; defaults of the ranges are in pixels of a 500 x 375 image. */
  sigmaUnit?: SigmaUnit;
  /** Default ['symmetric', 'after']. */
  normalization?: readonly Normalization[];
  /** Iteration counts that are compared; all of them cost as much as the highest. Default [1, 2, 5]. */
  iterations?: readonly number[];
}

/** What is to be as high as possible, over all examples together, as `SegmentationMetrics` defines it. */
export type TuneObjective =
  | {
      measure: 'meanIoU' | 'pixelAccuracy' | 'meanAccuracy' | 'frequencyWeightedIoU' | 'meanDice';
      /** Only in the band of this width around the truth's boundaries, in pixels. */
      bandWidth?: number;
    }
  | { measure: 'boundaryF' /** Pixels. */; tolerance: number };

export interface TuneSearchOptions {
  space?: TuneSpace;
  /** Default { measure: 'meanIoU' }. */
  objective?: TuneObjective;
  /** Sets of kernels in the first round, 4..4096. Default 48. */
  candidates?: number;
  /** Parts of the cross-validation, 2 or more; never more than there are examples. Default 5. */
  folds?: number;
  /** Of the interval of the gain, 0.5..1 (1 excluded). Default 0.95. */
  confidence?: number;
  /** Bootstrap samples of the examples, 100..1e6. Default 2000. */
  resamples?: number;
  /** Whole number; the same seed, examples and backend give the same result. Default 1. */
  seed?: number;
  signal?: AbortSignal;
  onProgress?: (progress: TuneProgress) => void;
}

export interface TuneOptions extends TuneSearchOptions {
  /** Labels are 0..labelCount-1. */
  labelCount: number;
  /** Value of truth where nothing is known. Default null: there is none. */
  ignore?: number | null;
  /**
   * What each label counts as where it is compared with truth, [labelCount], 0..labelCount-1: with [0, 1, 1] labels 1 and 2 are both
   * compared as 1. Default: itself.
   */
  countAs?: readonly number[];
  /** As for `DenseCrf.create`. */
  backend?: 'auto' | Refiner['backend'];
  device?: GPUDevice;
}

export interface TuneProgress {
  phase: 'baseline' | 'search' | 'validation' | 'curves';
  /** Refinements of one example done so far. */
  done: number;
  /** About how many there will be; never less than `done`. */
  total: number;
}

export interface TuneCandidate {
  parameters: CrfParameters;
  /** The objective over all examples. */
  score: number;
}

export interface TuneFold {
  /** Chosen on the other parts; null: no CRF was better. */
  parameters: CrfParameters | null;
  /** Indices of the examples that it was not chosen on. */
  heldOut: readonly number[];
  /** The objective on them, and without a CRF; null where nothing of them counts. */
  score: number | null;
  baseline: number | null;
}

/** How the objective depends on one parameter, the others staying as in the best candidate. */
export interface ResponseCurve {
  /** Path in the parameters, as `kernels[1].sigmaXY`. */
  parameter: string;
  scale: 'log' | 'choice';
  points: readonly { value: number | string; score: number }[];
  /** The best candidate's. */
  best: number | string;
}

/** What parameters did to examples. */
export interface TuneTrial {
  exampleCount: number;
  /** The objective without a CRF, over all examples. */
  baseline: number;
  /** The objective with the parameters. */
  score: number;
  gain: number;
  confidence: number;
  /** Of the gain: percentile bootstrap over examples. */
  interval: readonly [low: number, high: number];
}

export interface TuneResult {
  /** Whether refinement is worth it: the interval of the gain lies above 0. */
  recommended: boolean;
  /** One sentence. */
  reason: string;
  /** What to use: the best candidate's parameters, or no kernels and no iterations. */
  parameters: CrfParameters;
  objective: TuneObjective;
  seed: number;
  exampleCount: number;
  /** The objective without a CRF, over all examples. */
  baseline: number;
  /** The best candidate, whether it is recommended or not. Its score is on the examples that it was chosen on: the gain to expect is the cross-validated one. */
  best: TuneCandidate;
  crossValidation: {
    folds: readonly TuneFold[];
    /** The objective over all examples, each refined with what was chosen without it, less `baseline`. */
    gain: number;
    confidence: number;
    /** Percentile bootstrap over examples. */
    interval: readonly [low: number, high: number];
    /** The gain of each bootstrap sample, rising: for a picture of its spread. */
    resamples: readonly number[];
  };
  curves: readonly ResponseCurve[];
  /** All candidates that were measured on all examples, the best first. */
  candidates: readonly TuneCandidate[];
  /** Refinements of one example. */
  refinements: number;
}
