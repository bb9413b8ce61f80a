// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import type { LabelPlane, LabelScores, SegmentationScores, Share } from './types.js';

/** Value of a pixel that counts nowhere, in planes that `comparable` has made. */
export const ignored = -1;

/** Prediction and truth as they are compared: both `ignored` where truth is, [y, x]. */
export interface ComparablePlanes {
  prediction: Int32Array;
  truth: Int32Array;
  width: number;
  height: number;
}

/**
 * Checks every label. A prediction must be a label wherever it counts; under ignored truth it may be anything.
 *
 * @throws ArgumentError for the first label out of range.
 */
export function comparable(
  prediction: LabelPlane,
  truth: LabelPlane,
  labelCount: number,
  ignore: number | null,
): ComparablePlanes {
  const { width, height } = truth;
  const planes = {
    prediction: new Int32Array(width * height),
    truth: new Int32Array(width * height),
    width,
    height,
  };
  for (let i = 0; i < width * height; i++) {
    const expected = truth.labels[i];
    const found = prediction.labels[i];
    if (expected === ignore) {
      planes.truth[i] = ignored;
      planes.prediction[i] = ignored;
      continue;
    }
    if (!(expected >= 0 && expected < labelCount)) {
      const ignoring = ignore === null ? '' : `, or ${ignore} for ignored`;
      throw new ArgumentError(place('truth', i, width), expected, `a label in 0..${labelCount - 1}${ignoring}`);
    }
    if (!(found >= 0 && found < labelCount)) {
      throw new ArgumentError(place('prediction', i, width), found, `a label in 0..${labelCount - 1}`);
    }
    planes.truth[i] = expected;
    planes.prediction[i] = found;
  }
  return planes;
}

function place(argument: string, index: number, width: number): string {
  return `${argument}.labels[y ${Math.floor(index / width)}, x ${index % width}]`;
}

/** Pixels by truth·labelCount + prediction, added to `target`. */
export function countConfusion(
  { prediction, truth }: ComparablePlanes,
  labelCount: number,
  target: Map<number, number>,
): void {
  // Neighbours are mostly alike: one look into the map a run of them.
  let last = ignored;
  let run = 0;
  for (let i = 0; i < truth.length; i++) {
    const index = truth[i] === ignored ? ignored : truth[i] * labelCount + prediction[i];
    if (index !== last) {
      if (last !== ignored) target.set(last, (target.get(last) ?? 0) + run);
      last = index;
      run = 0;
    }
    run++;
  }
  if (last !== ignored) target.set(last, (target.get(last) ?? 0) + run);
}

/** n_ll, t_l and p_l by label. */
export interface LabelSums {
  both: readonly number[];
  truth: readonly number[];
  prediction: readonly number[];
}

export function sumsOfConfusion(confusion: Iterable<readonly [number, number]>, labelCount: number): LabelSums {
  const both = zeros(labelCount);
  const truth = zeros(labelCount);
  const prediction = zeros(labelCount);
  for (const [index, pixels] of confusion) {
    const expected = Math.floor(index / labelCount);
    const found = index % labelCount;
    truth[expected] += pixels;
    prediction[found] += pixels;
    if (expected === found) both[expected] += pixels;
  }
  return { both, truth, prediction };
}

/** The scores that a confusion matrix gives; definitions beside their names in `SegmentationScores`. */
export function scoresOfSums(sums: LabelSums): Omit<SegmentationScores, 'images' | 'bands' | 'boundaries'> {
  const { both, truth, prediction } = sums;
  const labels = both.map(
    (common, label): LabelScores => ({
      label,
      truthPixels: truth[label],
      predictedPixels: prediction[label],
      accuracy: share(common, truth[label]),
      precision: share(common, prediction[label]),
      iou: share(common, truth[label] + prediction[label] - common),
      dice: share(2 * common, truth[label] + prediction[label]),
    }),
  );
  const pixels = total(truth);
  const weighted = labels.map(({ iou, truthPixels }) => (iou ?? 0) * truthPixels);
  return {
    pixels,
    pixelAccuracy: share(total(both), pixels),
    meanAccuracy: meanOf(labels.map(({ accuracy }) => accuracy)),
    meanIoU: meanOf(labels.map(({ iou }) => iou)),
    frequencyWeightedIoU: share(total(weighted), pixels),
    meanDice: meanOf(labels.map(({ dice }) => dice)),
    labels,
  };
}

export function share(part: number, whole: number): Share {
  return whole === 0 ? null : part / whole;
}

/** Mean of what is not null. */
export function meanOf(shares: readonly Share[]): Share {
  const known = shares.filter((value) => value !== null);
  return share(total(known), known.length);
}

export function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
