// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { readOptions, readProperties } from '../../problem/reading.js';
import { checkInstanceCounts, stepsOfShare, valuesOf } from './check-counts.js';
import { share, zeros } from './confusion.js';
import { checkIgnore, risingNumbers } from './options.js';
import { checkPlane, checkSameSize } from './planes.js';
import type { InstanceCounts, LabelPlane, Share } from './types.js';

export type { InstanceCounts } from './types.js';

/** What `new InstanceMetrics` takes. */
export interface InstanceMetricOptions {
  /** IoU that a match must be above, 0.5..1 (1 excluded). Default 0.5, 0.55 … 0.95. Below 0.5 one instance could match two. */
  thresholds?: readonly number[];
  /** Value of truth where nothing is known; such pixels count nowhere, in the prediction neither. Default null: there is none. */
  ignore?: number | null;
}

/** What the counts of instances come to. */
export interface InstanceScores {
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
    /** TP / (TP + FP + FN), all images' instances together. */
    pooled: Share;
    /** Mean over images of TP / (TP + FP + FN). */
    precision: Share;
  }[];
  /** Mean of `precision` over the thresholds: the score of the 2018 Data Science Bowl. */
  averagePrecision: Share;
  /** Mean of `pooled` over the thresholds. */
  pooledAveragePrecision: Share;
}

/** 0.5, 0.55 … 0.95, each the nearest double. */
const usualThresholds = Array.from({ length: 10 }, (_, step) => (50 + 5 * step) / 100);

/**
 * Precision of instances as the 2018 Data Science Bowl counts it: a predicted instance is right if its IoU with a true one is above the
 * threshold, and an image's score at it is TP / (TP + FP + FN). (COCO's AP goes through predictions by falling confidence; a label map has
 * no confidences.) An instance is all pixels of one value above 0, connected or not.
 *
 * Its label planes hold instance ids, 0 = no instance.
 */
export class InstanceMetrics {
  /** IoU that a match must be above, rising. */
  readonly thresholds: readonly number[];
  /** Value of truth where nothing is known; null where there is none. */
  readonly ignore: number | null;
  private images = 0;
  private countedImages = 0;
  private truthInstances = 0;
  private predictedInstances = 0;
  private readonly truePositives: number[];
  private readonly falsePositives: number[];
  private readonly falseNegatives: number[];
  private readonly imagePrecision: number[];

  /** Throws ArgumentError, which names the option. */
  constructor(options: InstanceMetricOptions = {}) {
    const given = readOptions('options', options, ['thresholds', 'ignore']);
    const { thresholds = usualThresholds } = given;
    this.thresholds = risingNumbers('thresholds', thresholds, { from: 0.5, below: 1 });
    if (this.thresholds.length === 0) {
      throw new ArgumentError('thresholds', thresholds, 'at least one number in 0.5..1');
    }
    this.ignore = checkIgnore(given.ignore);
    const none = () => zeros(this.thresholds.length);
    [this.truePositives, this.falsePositives, this.falseNegatives, this.imagePrecision] = [
      none(),
      none(),
      none(),
      none(),
    ];
  }

  /** Counts one image. Throws ArgumentError for planes of two sizes or a negative id, before anything is counted. */
  add(prediction: LabelPlane, truth: LabelPlane): void {
    const expected = checkPlane('truth', truth);
    const found = checkPlane('prediction', prediction);
    checkSameSize(found, expected);
    const { truthPixels, predictedPixels, common } = this.overlaps(found, expected);
    const best = matchesAboveHalf(truthPixels, predictedPixels, common);
    this.images++;
    this.truthInstances += truthPixels.size;
    this.predictedInstances += predictedPixels.size;
    const hasInstances = truthPixels.size + predictedPixels.size > 0;
    if (hasInstances) this.countedImages++;
    for (const [t, threshold] of this.thresholds.entries()) {
      const hits = best.filter((iou) => iou > threshold).length;
      const union = truthPixels.size + predictedPixels.size - hits;
      this.truePositives[t] += hits;
      this.falsePositives[t] += predictedPixels.size - hits;
      this.falseNegatives[t] += truthPixels.size - hits;
      if (hasInstances) this.imagePrecision[t] += Math.round((hits / union) * stepsOfShare);
    }
  }

  /**
   * Adds what was counted elsewhere. Throws ArgumentError where it was counted under other options, is no counts or contradicts itself: nothing is
   * added then.
   */
  merge(counts: InstanceCounts): void {
    const checked = checkInstanceCounts(counts, this);
    this.images += checked.images;
    this.countedImages += checked.countedImages;
    this.truthInstances += checked.truthInstances;
    this.predictedInstances += checked.predictedInstances;
    for (const [t, threshold] of checked.thresholds.entries()) {
      this.truePositives[t] += threshold.truePositives;
      this.falsePositives[t] += threshold.falsePositives;
      this.falseNegatives[t] += threshold.falseNegatives;
      this.imagePrecision[t] += threshold.imagePrecision;
    }
  }

  /** What was counted, to be stored or merged: a copy, plain JSON. */
  counts(): InstanceCounts {
    const { ignore, images, truthInstances, predictedInstances, countedImages } = this;
    return {
      ...{ ignore, images, truthInstances, predictedInstances, countedImages },
      thresholds: this.thresholds.map((iou, t) => ({
        ...this.countsAt(iou, t),
        imagePrecision: this.imagePrecision[t],
      })),
    };
  }

  /** Every score of all that was counted. */
  scores(): InstanceScores {
    const { images, truthInstances, predictedInstances, countedImages } = this;
    const thresholds = this.thresholds.map((iou, t) => {
      const counts = this.countsAt(iou, t);
      const { truePositives, falsePositives, falseNegatives } = counts;
      return {
        ...counts,
        pooled: share(truePositives, truePositives + falsePositives + falseNegatives),
        precision: share(this.imagePrecision[t] / stepsOfShare, countedImages),
      };
    });
    const mean = (of: (at: (typeof thresholds)[number]) => Share) =>
      countedImages === 0 ? null : thresholds.reduce((sum, at) => sum + (of(at) ?? 0), 0) / thresholds.length;
    return {
      ...{ images, truthInstances, predictedInstances, thresholds },
      averagePrecision: mean(({ precision }) => precision),
      pooledAveragePrecision: mean(({ pooled }) => pooled),
    };
  }

  /** Goes on from stored counts. Throws ArgumentError where they are none, or contradict themselves. */
  static fromCounts(counts: InstanceCounts): InstanceMetrics {
    const given = readProperties('counts', counts, ['thresholds', 'ignore']);
    const thresholds = valuesOf('counts.thresholds', given.thresholds, 'iou');
    const metrics = new InstanceMetrics({ thresholds, ignore: given.ignore } as InstanceMetricOptions);
    metrics.merge(counts);
    return metrics;
  }

  private countsAt(iou: number, t: number) {
    return {
      iou,
      truePositives: this.truePositives[t],
      falsePositives: this.falsePositives[t],
      falseNegatives: this.falseNegatives[t],
    };
  }

  /** Pixels by id, and by pair of ids. */
  private overlaps(prediction: LabelPlane, truth: LabelPlane) {
    const truthPixels = new Map<number, number>();
    const predictedPixels = new Map<number, number>();
    const common = new Map<number, Map<number, number>>();
    for (let i = 0; i < truth.labels.length; i++) {
      const [expected, found] = [truth.labels[i], prediction.labels[i]];
      if (expected === this.ignore) continue;
      if (expected < 0) throw new ArgumentError(`truth.labels[${i}]`, expected, 'an instance id of at least 0');
      if (found < 0) throw new ArgumentError(`prediction.labels[${i}]`, found, 'an instance id of at least 0');
      if (expected > 0) increment(truthPixels, expected);
      if (found > 0) increment(predictedPixels, found);
      if (expected === 0 || found === 0) continue;
      let row = common.get(expected);
      if (!row) {
        row = new Map();
        common.set(expected, row);
      }
      increment(row, found);
    }
    return { truthPixels, predictedPixels, common };
  }
}

/** IoU of the pairs where it is above one half: then neither has another such partner. */
function matchesAboveHalf(
  truthPixels: ReadonlyMap<number, number>,
  predictedPixels: ReadonlyMap<number, number>,
  common: ReadonlyMap<number, ReadonlyMap<number, number>>,
): number[] {
  const matches: number[] = [];
  for (const [expected, row] of common) {
    for (const [found, pixels] of row) {
      const union = (truthPixels.get(expected) ?? 0) + (predictedPixels.get(found) ?? 0) - pixels;
      if (2 * pixels > union) matches.push(pixels / union);
    }
  }
  return matches;
}

function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
