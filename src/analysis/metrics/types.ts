// SPDX-License-Identifier: MIT

import type { LabelArray, SigmaUnit } from '../../problem/types.js';

/** Labels by pixel, [y, x]. */
export interface LabelPlane {
  /** [y, x]. */
  labels: LabelArray;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

/** What `new SegmentationMetrics` takes. */
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
  /** Labels are 0..labelCount-1. */
  labelCount: number;
  /** Value of truth where nothing is known; null where there is none. */
  ignore: number | null;
  /** Of the tolerances. */
  boundaryUnit: SigmaUnit;
  /** Images that were added. */
  images: number;
  /** Pixels by truth and prediction, only pairs that occur: [truth·labelCount + prediction, pixels], by rising index. */
  confusion: readonly (readonly [index: number, pixels: number])[];
  /** By band width, as the options list them. */
  bands: readonly BandCounts[];
  /** By tolerance, as the options list them. */
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
  /** In `boundaryUnit`. */
  tolerance: number;
  /** Images that have any boundary, and the sum of their F, each the mean over its labels. */
  images: number;
  /** Whole number of 2^-26. */
  imageF: number;
  /** Images in which the label has a boundary in truth or prediction, and the sum of its F over them. */
  labelImages: readonly number[];
  /** Whole numbers of 2^-26. */
  labelF: readonly number[];
  /** Boundary pixels of the truth. */
  truth: readonly number[];
  /** Those of them that are within the tolerance of the prediction's. */
  truthMatched: readonly number[];
  /** Boundary pixels of the prediction. */
  prediction: readonly number[];
  /** Those of them that are within the tolerance of the truth's. */
  predictionMatched: readonly number[];
}

/** A share in 0..1; null where there was nothing to divide by. */
export type Share = number | null;

/** What the counts of pixels come to. n_ll: pixels of label l in both; t_l, p_l: in truth, in the prediction. */
export interface SegmentationScores {
  /** Images that were added. */
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
  /** By label. */
  labels: readonly LabelScores[];
  /** By band width. */
  bands: readonly BandScores[];
  /** By tolerance. */
  boundaries: readonly BoundaryScores[];
}

/** Scores of one label. n_ll: pixels of it in both; t_l, p_l: in truth, in the prediction. */
export interface LabelScores {
  /** From 0. */
  label: number;
  /** t_l. */
  truthPixels: number;
  /** p_l. */
  predictedPixels: number;
  /** n_ll / t_l: `recall_score`. */
  accuracy: Share;
  /** n_ll / p_l: `precision_score`. */
  precision: Share;
  /** n_ll / (t_l + p_l - n_ll). */
  iou: Share;
  /** 2 n_ll / (t_l + p_l). */
  dice: Share;
}

/** Scores in a band around the truth's boundaries. */
export interface BandScores {
  /** Pixels. */
  width: number;
  /** Pixels in the band. */
  pixels: number;
  /** Share of these pixels that are right. */
  pixelAccuracy: Share;
  /** Mean of `iou` over the labels that occur here. */
  meanIoU: Share;
  /** IoU by label. */
  iou: readonly Share[];
}

/** How well boundaries agree, at one tolerance. */
export interface BoundaryScores {
  /** In `boundaryUnit`. */
  tolerance: number;
  /** Mean over images of the mean over labels of F. */
  f: Share;
  /** By label. */
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
  /** Value of truth where nothing is known; null where there is none. */
  ignore: number | null;
  /** Images that were added. */
  images: number;
  /** Instances in all truth. */
  truthInstances: number;
  /** Instances in all predictions. */
  predictedInstances: number;
  /** By threshold, rising: matches, and predicted and true instances without one. */
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
