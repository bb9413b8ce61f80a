// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { describe } from '../../problem/describe.js';
import { ArgumentError } from '../../problem/errors.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import type { ResolvedMetricOptions } from './options.js';
import type { BandCounts, BoundaryCounts, InstanceCounts, MetricCounts } from './types.js';

/**
 * Counts that were stored or sent, checked whole before any of them is added: each is a whole number, and none contradicts another. What is returned
 * is a copy.
 */

/** Shares of an image are held as whole numbers of 1/`stepsOfShare`: sums of 2^27 images stay exact, and a mean is off by less than 1e-8. */
export const stepsOfShare = 2 ** 26;

/** A whole number from 0 on, of which no more can be counted than `most`. */
function count(argument: string, value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  return checkInteger(argument, value, 0, most);
}

/** A number a label, none above what `most` has for it. */
function countsByLabel(argument: string, value: unknown, most: readonly number[]): number[] {
  const numbers = readArray(argument, value, `${most.length} whole numbers, one a label`);
  if (numbers.length !== most.length) {
    throw new ArgumentError(argument, value, `${most.length} whole numbers, one a label`);
  }
  return numbers.map((number, label) => count(`${argument}[${label}]`, number, most[label]));
}

/** Throws ArgumentError unless the counts were made under these options. */
export function checkMetricCounts(counts: unknown, options: ResolvedMetricOptions): MetricCounts {
  const { labelCount, ignore, boundaryUnit } = options;
  const given = readOptions('counts', counts, [
    ...(['labelCount', 'ignore', 'boundaryUnit', 'images', 'confusion', 'bands', 'boundaries'] as const),
  ]);
  checkSame('counts.labelCount', given.labelCount, labelCount);
  checkSame('counts.ignore', given.ignore, ignore);
  checkSame('counts.boundaryUnit', given.boundaryUnit, boundaryUnit);
  const images = count('counts.images', given.images);
  const confusion = checkConfusion(given.confusion, labelCount);
  if (images === 0 && confusion.length > 0) throw new ArgumentError('counts.images', images, 'as many as were counted');
  const truth = new Array<number>(labelCount).fill(0);
  const prediction = new Array<number>(labelCount).fill(0);
  for (const [index, pixels] of confusion) {
    truth[Math.floor(index / labelCount)] += pixels;
    prediction[index % labelCount] += pixels;
  }
  const bands = sameElements('counts.bands', given.bands, 'width', options.bandWidths);
  const boundaries = sameElements('counts.boundaries', given.boundaries, 'tolerance', options.boundaryTolerances);
  return {
    ...{ labelCount, ignore, boundaryUnit, images, confusion },
    bands: bands.map((band, index) => checkBand(`counts.bands[${index}]`, band, truth, prediction)),
    boundaries: boundaries.map((boundary, index) =>
      checkBoundary(`counts.boundaries[${index}]`, boundary, images, truth, prediction),
    ),
  };
}

function checkConfusion(value: unknown, labelCount: number): [index: number, pixels: number][] {
  let last = -1;
  return readArray('counts.confusion', value).map((element, position) => {
    const path = `counts.confusion[${position}]`;
    const pair = readArray(path, element, '[index, pixels]');
    if (pair.length !== 2) throw new ArgumentError(path, element, '[index, pixels]');
    const index = checkInteger(`${path}[0]`, pair[0], 0, labelCount ** 2 - 1);
    if (index <= last) throw new ArgumentError(`${path}[0]`, index, `an index above the one before, ${last}`);
    last = index;
    return [index, count(`${path}[1]`, pair[1])];
  });
}

/** Both labels are one in no more pixels than either is, and a band has no more of a label than the whole. */
function checkBand(
  path: string,
  value: unknown,
  truthOfAll: readonly number[],
  predictionOfAll: readonly number[],
): BandCounts {
  const given = readOptions(path, value, ['width', 'both', 'truth', 'prediction']);
  const truth = countsByLabel(`${path}.truth`, given.truth, truthOfAll);
  const prediction = countsByLabel(`${path}.prediction`, given.prediction, predictionOfAll);
  const least = truth.map((pixels, label) => Math.min(pixels, prediction[label]));
  const both = countsByLabel(`${path}.both`, given.both, least);
  return { width: given.width as number, both, truth, prediction };
}

function checkBoundary(
  path: string,
  value: unknown,
  imagesOfAll: number,
  truthOfAll: readonly number[],
  predictionOfAll: readonly number[],
): BoundaryCounts {
  const given = readOptions(path, value, [
    ...(['tolerance', 'images', 'imageF', 'labelImages', 'labelF'] as const),
    ...(['truth', 'truthMatched', 'prediction', 'predictionMatched'] as const),
  ]);
  const images = count(`${path}.images`, given.images, imagesOfAll);
  const perLabel = (name: keyof typeof given, most: readonly number[]) =>
    countsByLabel(`${path}.${name}`, given[name], most);
  const labelImages = perLabel(
    'labelImages',
    truthOfAll.map(() => images),
  );
  const truth = perLabel('truth', truthOfAll);
  const prediction = perLabel('prediction', predictionOfAll);
  return {
    tolerance: given.tolerance as number,
    images,
    imageF: count(`${path}.imageF`, given.imageF, images * stepsOfShare),
    labelImages,
    labelF: perLabel(
      'labelF',
      labelImages.map((of) => of * stepsOfShare),
    ),
    truth,
    truthMatched: perLabel('truthMatched', truth),
    prediction,
    predictionMatched: perLabel('predictionMatched', prediction),
  };
}

/** Throws ArgumentError unless the counts were made with these thresholds. */
export function checkInstanceCounts(
  counts: unknown,
  options: { ignore: number | null; thresholds: readonly number[] },
): InstanceCounts {
  const { ignore } = options;
  const given = readOptions('counts', counts, [
    ...(['ignore', 'images', 'truthInstances', 'predictedInstances', 'thresholds', 'countedImages'] as const),
  ]);
  checkSame('counts.ignore', given.ignore, ignore);
  const images = count('counts.images', given.images);
  const countedImages = count('counts.countedImages', given.countedImages, images);
  const truthInstances = count('counts.truthInstances', given.truthInstances);
  const predictedInstances = count('counts.predictedInstances', given.predictedInstances);
  const sums = { truthInstances, predictedInstances, countedImages };
  const thresholds = sameElements('counts.thresholds', given.thresholds, 'iou', options.thresholds);
  return {
    ...{ ignore, images, ...sums },
    thresholds: thresholds.map((at, index) => checkThreshold(`counts.thresholds[${index}]`, at, sums)),
  };
}

/** A true instance is found or missed, a predicted one is right or wrong. */
function checkThreshold(
  path: string,
  value: unknown,
  sums: Pick<InstanceCounts, 'truthInstances' | 'predictedInstances' | 'countedImages'>,
): InstanceCounts['thresholds'][number] {
  const given = readOptions(path, value, [
    ...(['iou', 'truePositives', 'falsePositives', 'falseNegatives', 'imagePrecision'] as const),
  ]);
  const most = Math.min(sums.truthInstances, sums.predictedInstances);
  const truePositives = count(`${path}.truePositives`, given.truePositives, most);
  const falsePositives = sums.predictedInstances - truePositives;
  const falseNegatives = sums.truthInstances - truePositives;
  checkIs(`${path}.falsePositives`, given.falsePositives, falsePositives, 'the other predicted instances');
  checkIs(`${path}.falseNegatives`, given.falseNegatives, falseNegatives, 'the other true instances');
  const imagePrecision = count(`${path}.imagePrecision`, given.imagePrecision, sums.countedImages * stepsOfShare);
  return { iou: given.iou as number, truePositives, falsePositives, falseNegatives, imagePrecision };
}

/** Elements of an array, each with a key that has the value counted here. */
function sameElements(argument: string, value: unknown, key: string, own: readonly number[]): unknown[] {
  const elements = readArray(argument, value);
  const found = valuesOf(argument, elements, key);
  if (found.length === own.length && found.every((one, index) => one === own[index])) return elements;
  throw new ArgumentError(
    argument,
    `[${found.slice(0, 50).map(describe).join(', ')}]`,
    `[${own.join(', ')}], as counted here`,
  );
}

function checkSame(argument: string, value: unknown, own: unknown): void {
  checkIs(argument, value, own, 'as counted here');
}

function checkIs(argument: string, value: unknown, own: unknown, why: string): void {
  if (value !== own) throw new ArgumentError(argument, value, `${own}, ${why}`);
}

/** The values of one key of an array's elements, to make options of stored counts. */
export function valuesOf(argument: string, value: unknown, key: string): unknown[] {
  return readArray(argument, value).map(
    (element, index) => readProperties(`${argument}[${index}]`, element, [key])[key],
  );
}
