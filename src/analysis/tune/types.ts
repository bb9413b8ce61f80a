// SPDX-License-Identifier: MIT

import type { ImageInput, Refiner, UnarySource } from '../../problem/api.js';
import type { CrfParameters, LabelArray, Normalization, SigmaUnit } from '../../problem/types.js';

/** One image whose labels are known. */
export interface TuneExample {
  /** For messages and reports. Default: its index. */
  name?: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
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

/** What a search takes, wherever its examples are. */
export interface TuneSearchOptions {
  /** Where to look. Default: both kernels, ranges as `TuneSpace` says. */
  space?: TuneSpace;
  /** Default { measure: 'meanIoU' }. */
  objective?: TuneObjective;
  /** Sets of kernels in the first round, 4..4096: those of `crfPresets` that lie in the space, at most half of them, and others that fill it evenly. Default 48. */
  candidates?: number;
  /** Parts of the cross-validation, 2 or more; never more than there are examples. Default 5. */
  folds?: number;
  /** Of the interval of the gain, 0.5..1 (1 excluded). Default 0.95. */
  confidence?: number;
  /** Bootstrap samples of the examples, 100..1e6. Default 2000. */
  resamples?: number;
  /** Whole number; the same seed, examples and backend give the same result. Default 1. */
  seed?: number;
  /** Ends the search; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each refinement of one example. */
  onProgress?: (progress: TuneProgress) => void;
}

/** What `tune` takes. */
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
  /** The device to work on; it stays its owner's. */
  device?: GPUDevice;
}

/** How far a search has come. */
export interface TuneProgress {
  /** Without a CRF; the search; cross-validation; the response curves. */
  phase: 'baseline' | 'search' | 'validation' | 'curves';
  /** Refinements of one example done so far. */
  done: number;
  /** About how many there will be; never less than `done`. */
  total: number;
}

/** Parameters that were measured on all examples. */
export interface TuneCandidate {
  /** As `DenseCrf` takes them. */
  parameters: CrfParameters;
  /** The objective over all examples. */
  score: number;
}

/** One part of the cross-validation. */
export interface TuneFold {
  /** Chosen on the other parts; null: no CRF was better. */
  parameters: CrfParameters | null;
  /** Indices of the examples that it was not chosen on. */
  heldOut: readonly number[];
  /** The objective on them, and without a CRF; null where nothing of them counts. */
  score: number | null;
  /** The objective on them without a CRF; null where nothing of them counts. */
  baseline: number | null;
}

/** How the objective depends on one parameter, the others staying as in the best candidate. */
export interface ResponseCurve {
  /** Path in the parameters, as `kernels[1].sigmaXY`. */
  parameter: string;
  /** Whether values are numbers on a logarithmic axis, or a few choices. */
  scale: 'log' | 'choice';
  /** By rising value, or in the order of the choices. */
  points: readonly { value: number | string; score: number }[];
  /** The best candidate's. */
  best: number | string;
}

/** What parameters did to examples. */
export interface TuneTrial {
  /** How many were refined. */
  exampleCount: number;
  /** The objective without a CRF, over all examples. */
  baseline: number;
  /** The objective with the parameters. */
  score: number;
  /** `score` less `baseline`. */
  gain: number;
  /** Of the interval, 0.5..1. */
  confidence: number;
  /** Of the gain: percentile bootstrap over examples. */
  interval: readonly [low: number, high: number];
}

/** What a search found. */
export interface TuneResult {
  /** Whether refinement is worth it: the interval of the gain lies above 0. */
  recommended: boolean;
  /** One sentence. */
  reason: string;
  /** What to use: the best candidate's parameters, or no kernels and no iterations. */
  parameters: CrfParameters;
  /** What was to be high. */
  objective: TuneObjective;
  /** Of the search; the same one finds the same again. */
  seed: number;
  /** How many were refined. */
  exampleCount: number;
  /** The objective without a CRF, over all examples. */
  baseline: number;
  /** The best candidate, whether it is recommended or not. Its score is on the examples that it was chosen on: the gain to expect is the cross-validated one. */
  best: TuneCandidate;
  /** The gain to expect: on examples that the parameters were not chosen on. */
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
  /** By parameter that varied. */
  curves: readonly ResponseCurve[];
  /** All candidates that were measured on all examples, the best first. */
  candidates: readonly TuneCandidate[];
  /** Refinements of one example. */
  refinements: number;
}
