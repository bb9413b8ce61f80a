// SPDX-License-Identifier: MIT

import { readProperties } from '../../problem/reading.js';
import { narrowestBands } from './band.js';
import { boundaryF, boundaryLabels, discOf, matchBoundary } from './boundary.js';
import { checkMetricCounts, stepsOfShare, valuesOf } from './check-counts.js';
import {
  type ComparablePlanes,
  comparable,
  countConfusion,
  meanOf,
  scoresOfSums,
  share,
  sumsOfConfusion,
  zeros,
} from './confusion.js';
import { type ResolvedMetricOptions, resolveMetricOptions } from './options.js';
import { checkPlane, checkSameSize } from './planes.js';
import type {
  BandCounts,
  BoundaryCounts,
  LabelPlane,
  MetricCounts,
  MetricOptions,
  SegmentationScores,
} from './types.js';

type Mutable<Counts> = {
  -readonly [Key in keyof Counts]: Counts[Key] extends readonly number[] ? number[] : Counts[Key];
};

/**
 * Compares predicted labels with true ones, one image after the other.
 *
 * ```ts
 * const metrics = new SegmentationMetrics({ labelCount: 21, ignore: 255 });
 * metrics.add({ labels, width, height }, truth);
 * const { meanIoU } = metrics.scores();
 * ```
 *
 * Only counts are held, whatever the number of images. They are whole numbers: counted in parts, in any order, and merged, they
 * equal those of one run.
 */
export class SegmentationMetrics {
  /** With every default filled in. */
  readonly options: ResolvedMetricOptions;
  private images = 0;
  private readonly confusion = new Map<number, number>();
  private readonly bands: Mutable<BandCounts>[];
  private readonly boundaries: Mutable<BoundaryCounts>[];

  /** Throws ArgumentError, which names the option. */
  constructor(options: MetricOptions) {
    this.options = resolveMetricOptions(options);
    const { labelCount, bandWidths, boundaryTolerances } = this.options;
    const none = () => zeros(labelCount);
    this.bands = bandWidths.map((width) => ({ width, both: none(), truth: none(), prediction: none() }));
    this.boundaries = boundaryTolerances.map((tolerance) => ({
      ...{ tolerance, images: 0, imageF: 0, labelImages: none(), labelF: none() },
      ...{ truth: none(), truthMatched: none(), prediction: none(), predictionMatched: none() },
    }));
  }

  /** Counts one image. Throws ArgumentError for planes of two sizes or a label out of range, before anything is counted. */
  add(prediction: LabelPlane, truth: LabelPlane): void {
    const { labelCount, ignore } = this.options;
    const checkedTruth = checkPlane('truth', truth);
    const checkedPrediction = checkPlane('prediction', prediction);
    checkSameSize(checkedPrediction, checkedTruth);
    const planes = comparable(checkedPrediction, checkedTruth, labelCount, ignore);
    this.images++;
    countConfusion(planes, labelCount, this.confusion);
    if (this.bands.length > 0) this.addBands(planes);
    if (this.boundaries.length > 0) this.addBoundaries(planes);
  }

  /**
   * Adds what was counted elsewhere. Throws ArgumentError where it was counted under other options, is no counts or contradicts itself: nothing is
   * added then.
   */
  merge(counts: MetricCounts): void {
    const checked = checkMetricCounts(counts, this.options);
    this.images += checked.images;
    for (const [index, pixels] of checked.confusion)
      this.confusion.set(index, (this.confusion.get(index) ?? 0) + pixels);
    for (const [index, band] of this.bands.entries()) {
      for (const key of ['both', 'truth', 'prediction'] as const) addTo(band[key], checked.bands[index][key]);
    }
    for (const [index, boundary] of this.boundaries.entries()) {
      const other = checked.boundaries[index];
      boundary.images += other.images;
      boundary.imageF += other.imageF;
      for (const key of perLabelKeys) addTo(boundary[key], other[key]);
    }
  }

  /** What was counted, to be stored or merged: a copy, plain JSON. */
  counts(): MetricCounts {
    const { labelCount, ignore, boundaryUnit } = this.options;
    return {
      ...{ labelCount, ignore, boundaryUnit },
      images: this.images,
      confusion: [...this.confusion].sort(([a], [b]) => a - b),
      bands: structuredClone(this.bands),
      boundaries: structuredClone(this.boundaries),
    };
  }

  /** Every score of all that was counted. */
  scores(): SegmentationScores {
    const { labelCount } = this.options;
    return {
      images: this.images,
      ...scoresOfSums(sumsOfConfusion(this.confusion, labelCount)),
      bands: this.bands.map((band) => {
        const { pixels, pixelAccuracy, meanIoU, labels } = scoresOfSums(band);
        return { width: band.width, pixels, pixelAccuracy, meanIoU, iou: labels.map(({ iou }) => iou) };
      }),
      boundaries: this.boundaries.map((boundary) => ({
        tolerance: boundary.tolerance,
        f: share(boundary.imageF / stepsOfShare, boundary.images),
        labels: boundary.labelImages.map((images, label) => ({
          label,
          f: share(boundary.labelF[label] / stepsOfShare, images),
          precision: share(boundary.predictionMatched[label], boundary.prediction[label]),
          recall: share(boundary.truthMatched[label], boundary.truth[label]),
        })),
      })),
    };
  }

  /** The confusion matrix, row-major [truth, prediction], pixels: scikit-learn's `confusion_matrix`. */
  confusionMatrix(): Float64Array {
    const { labelCount } = this.options;
    const matrix = new Float64Array(labelCount * labelCount);
    for (const [index, pixels] of this.confusion) matrix[index] = pixels;
    return matrix;
  }

  /** Goes on from stored counts. Throws ArgumentError where they are none, or contradict themselves. */
  static fromCounts(counts: MetricCounts): SegmentationMetrics {
    const given = readProperties('counts', counts, ['labelCount', 'ignore', 'boundaryUnit', 'bands', 'boundaries']);
    const { labelCount, ignore, boundaryUnit, bands, boundaries } = given;
    const bandWidths = valuesOf('counts.bands', bands, 'width');
    const boundaryTolerances = valuesOf('counts.boundaries', boundaries, 'tolerance');
    const metrics = new SegmentationMetrics({
      ...{ labelCount, ignore, boundaryUnit, bandWidths, boundaryTolerances },
    } as MetricOptions);
    metrics.merge(counts);
    return metrics;
  }

  private addBands({ prediction, truth, width, height }: ComparablePlanes): void {
    const { labelCount, bandWidths } = this.options;
    const places = narrowestBands(truth, width, height, bandWidths);
    // Of the pixels that no narrower band has, by band, then label.
    const [both, inTruth, inPrediction] = [0, 1, 2].map(() => new Uint32Array(bandWidths.length * labelCount));
    for (let i = 0; i < places.length; i++) {
      if (places[i] === bandWidths.length) continue;
      const first = places[i] * labelCount;
      inTruth[first + truth[i]]++;
      inPrediction[first + prediction[i]]++;
      if (truth[i] === prediction[i]) both[first + truth[i]]++;
    }
    for (const [index, band] of this.bands.entries()) {
      // A band has all that narrower ones have.
      for (let from = 0; from <= index * labelCount; from += labelCount) {
        addTo(band.truth, inTruth.subarray(from, from + labelCount));
        addTo(band.prediction, inPrediction.subarray(from, from + labelCount));
        addTo(band.both, both.subarray(from, from + labelCount));
      }
    }
  }

  private addBoundaries({ prediction, truth, width, height }: ComparablePlanes): void {
    const { labelCount, boundaryTolerances, boundaryUnit } = this.options;
    const unit = boundaryUnit === 'pixels' ? 1 : Math.hypot(width, height);
    const tolerances = boundaryTolerances.map((tolerance) => tolerance * unit);
    const disc = discOf(tolerances[tolerances.length - 1]);
    const expected = boundaryLabels(truth, width, height);
    const found = boundaryLabels(prediction, width, height);
    const recalled = matchBoundary(expected, found, width, height, disc, tolerances, labelCount);
    const precise = matchBoundary(found, expected, width, height, disc, tolerances, labelCount);
    for (const [index, boundary] of this.boundaries.entries()) {
      addTo(boundary.truth, recalled.pixels);
      addTo(boundary.truthMatched, recalled.matched[index]);
      addTo(boundary.prediction, precise.pixels);
      addTo(boundary.predictionMatched, precise.matched[index]);
      const shares: number[] = [];
      for (let label = 0; label < labelCount; label++) {
        const [t, p] = [recalled.pixels[label], precise.pixels[label]];
        if (t === 0 && p === 0) continue;
        const f = boundaryF(t, recalled.matched[index][label], p, precise.matched[index][label]);
        boundary.labelImages[label]++;
        boundary.labelF[label] += Math.round(f * stepsOfShare);
        shares.push(f);
      }
      const imageF = meanOf(shares);
      if (imageF === null) continue;
      boundary.images++;
      boundary.imageF += Math.round(imageF * stepsOfShare);
    }
  }
}

const perLabelKeys = ['labelImages', 'labelF', 'truth', 'truthMatched', 'prediction', 'predictionMatched'] as const;

function addTo(target: number[], more: ArrayLike<number>): void {
  for (let i = 0; i < target.length; i++) target[i] += more[i];
}
