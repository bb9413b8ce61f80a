// SPDX-License-Identifier: MIT

import type { LabelArray, SigmaUnit } from '../../problem/types.js';

/** Labels by pixel, [y, x]. */
export interface LabelPlane {
  labels: LabelArray;
  width: number;
  height: number;
}

export interface MetricOptions {
  /** Labels are 0..labelCount-1. 1..65536; the confusion matrix has labelCount² entries. */
  labelCount: number;
  /** Value of truth where nothing is known; such pixels count nowhere. Default null: there is none. */
  ignore?: number | null;
  /** Widths in pixels of the bands around the truth's boundaries, 0 excluded, at most 1024. Default [2, 4, 8, 16]; [] for none. */
  bandWidths?: readonly number[];
  /** Distances that a boundary may be off, 0 and more; at most 64 pixels, or 0.05 of the diagonal. Default [1, 2, 4]; [] for none. */
  boundaryTolerances?: readonly number[];
  /** Whether the tolerances are in pixels (default) or in parts of the image's diagonal; Csurka et al. take 0.0075 of it. */
  boundaryUnit?: SigmaUnit;
}

/** What was counted, of which every score is made. Whole numbers, so that sums of parts in any order equal the whole. Plain JSON. */
export interface MetricCounts {
  labelCount: number;
  ignore: number | null;
  boundaryUnit: SigmaUnit;
  images: number;
  /** Pixels by truth and prediction, only pairs that occur: [truth·labelCount + prediction, pixels], by rising index. */
  confusion: readonly (readonly [index: number, pixels: number])[];
  bands: readonly BandCounts[];
  boundaries: readonly BoundaryCounts[];
}

/** Pixels of a band, by label. */
export interface BandCounts {
  /** Pixels. */
  width: number;
  /** Truth and prediction are this label, [labelCount]. */
  both: readonly number[];
  /** Truth is, [labelCount]. */
  truth: readonly number[];
  /** Prediction is, [labelCount]. */
  prediction: readonly number[];
}

/** Boundary pixels at one tolerance, by label, [labelCount]. F of an image is held as a whole number of 2^-26. */
export interface BoundaryCounts {
  tolerance: number;
  /** Images that have any boundary, and the sum of their F, each the mean over its labels. */
  images: number;
  imageF: number;
  /** Images in which the label has a boundary in truth or prediction, and the sum of its F over them. */
  labelImages: readonly number[];
  labelF: readonly number[];
  truth: readonly number[];
  truthMatched: readonly number[];
  prediction: readonly number[];
  predictionMatched: readonly number[];
}

/** A share in 0..1; null where there was nothing to divide by. */
export type Share = number | null;

export interface SegmentationScores {
  images: number;
  /** Pixels that are not ignored. */
  pixels: number;
  /** Σ n_ll / Σ n: scikit-learn's `accuracy_score`. */
  pixelAccuracy: Share;
  /** Mean over the labels in truth of n_ll / t_l: scikit-learn's `balanced_accuracy_score`. */
  meanAccuracy: Share;
  /** Mean over the labels in truth or prediction of n_ll / (t_l + p_l - n_ll): scikit-learn's `jaccard_score`, macro. */
  meanIoU: Share;
  /** The same with each label's weight its share of truth: `jaccard_score`, weighted. */
  frequencyWeightedIoU: Share;
  /** Mean over the labels in truth or prediction of 2 n_ll / (t_l + p_l): scikit-learn's `f1_score`, macro. */
  meanDice: Share;
  labels: readonly LabelScores[];
  bands: readonly BandScores[];
  boundaries: readonly BoundaryScores[];
}

export interface LabelScores {
  label: number;
  truthPixels: number;
  predictedPixels: number;
  /** n_ll / t_l: `recall_score`. */
  accuracy: Share;
  /** n_ll / p_l: `precision_score`. */
  precision: Share;
  iou: Share;
  dice: Share;
}

export interface BandScores {
  /** Pixels. */
  width: number;
  /** Pixels in the band. */
  pixels: number;
  pixelAccuracy: Share;
  meanIoU: Share;
  /** IoU by label. */
  iou: readonly Share[];
}

export interface BoundaryScores {
  /** In `boundaryUnit`. */
  tolerance: number;
  /** Mean over images of the mean over labels of F. */
  f: Share;
  labels: readonly {
    label: number;
    /** Mean over the images in which the label has a boundary. */
    f: Share;
    /** Over all images' boundary pixels together. */
    precision: Share;
    recall: Share;
  }[];
}

/** Whole numbers: counted in parts, in any order, and merged, they equal those of one run. Plain JSON. */
export interface InstanceCounts {
  ignore: number | null;
  images: number;
  truthInstances: number;
  predictedInstances: number;
  thresholds: readonly {
    iou: number;
    truePositives: number;
    falsePositives: number;
    falseNegatives: number;
    /** Σ over images of TP / (TP + FP + FN), in whole numbers of 2^-26. */
    imagePrecision: number;
  }[];
  /** Images with an instance in truth or prediction: the others have no precision. */
  countedImages: number;
}
