// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkFloats } from '../../problem/inputs.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import {
  inOwnMemory,
  isByteArray,
  isFloatArray,
  isLabelArray,
  labelArrayNames,
  viewName,
} from '../../problem/typed-arrays.js';
import type { FloatArray, LabelArray, RgbaImage } from '../../problem/types.js';
import { maximumExtent } from '../arguments.js';
import { type CutOutPicture, isPicture, readPicture } from './picture.js';

/** One value a pixel: how much of it is in front. */
export interface MaskPlane {
  /**
   * [y, x]. Floats are 0..1. Bytes are 0 and 1, or up to 255. Other whole numbers are 0 and 1; so are booleans.
   */
  data: FloatArray | LabelArray | readonly boolean[];
  /** Pixels of the mask, which may be coarser or finer than the picture. */
  width: number;
  /** Pixels of the mask. */
  height: number;
}

/** Labels, of which some are in front. */
export interface MaskOfLabels {
  /** [y, x]. */
  labelMap: LabelArray;
  /** Labels that are in front. */
  labels: readonly number[];
  /** Pixels of the label map. */
  width: number;
  /** Pixels of the label map. */
  height: number;
}

/** Probabilities of labels, of which some are in front. */
export interface MaskOfMarginals {
  /** 0..1, [label, y, x]. */
  marginals: FloatArray;
  /** Labels that are in front. */
  labels: readonly number[];
  /** Pixels of a plane. */
  width: number;
  /** Pixels of a plane. */
  height: number;
}

/**
 * What `cutOut` takes for a mask. A picture is taken by its opacity where it is not opaque everywhere, else by its
 * grey values.
 */
export type CutOutMask = MaskPlane | MaskOfLabels | MaskOfMarginals | CutOutPicture;

/** How much of each pixel of the mask is in front. */
export interface FrontPlane {
  /** 0..1, [y, x]. */
  frontOf: (pixel: number) => number;
  width: number;
  height: number;
}

/** Rounding of a resampled alpha may step this far outside 0..1. */
const slack = 1e-3;

/** Below this highest value, bytes are neither an alpha with anything in front nor 0 and 1: labels, most likely. */
const leastFront = 128;

/** Reads a mask of any form. Throws ArgumentError, which names the first value that can't be. */
export function readMask(mask: unknown): FrontPlane {
  if (isPicture('mask', mask)) return frontOfPicture(readPicture('mask', mask));
  const given = readProperties('mask', mask, ['data', 'labelMap', 'marginals', 'width', 'height', 'labels']);
  const forms = (['data', 'labelMap', 'marginals'] as const).filter((form) => given[form] !== undefined);
  if (forms.length !== 1) {
    throw new ArgumentError(
      'mask',
      forms.join(' and ') || mask,
      'one of data, labelMap, marginals, with width and height, or a picture',
    );
  }
  const size = {
    width: checkInteger('mask.width', given.width, 1, maximumExtent),
    height: checkInteger('mask.height', given.height, 1, maximumExtent),
  };
  const pixelCount = size.width * size.height;
  const [form] = forms;
  if (form === 'data') {
    if (given.labels !== undefined) {
      throw new ArgumentError('mask.labels', given.labels, 'none beside data: labels go with labelMap or marginals');
    }
    return { ...size, frontOf: frontOfData(given.data, pixelCount) };
  }
  const { [form]: values, labels } = readOptions('mask', mask, [form, 'labels', 'width', 'height']);
  if (form === 'labelMap') return { ...size, frontOf: frontOfLabels(values, labels, pixelCount) };
  return { ...size, frontOf: frontOfMarginals(values, labels, pixelCount) };
}

function frontOfPicture({ data, width, height }: RgbaImage): FrontPlane {
  let isOpaque = true;
  for (let at = 3; at < data.length && isOpaque; at += 4) isOpaque = data[at] === 255;
  if (!isOpaque) return { width, height, frontOf: (pixel) => data[4 * pixel + 3] / 255 };
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === data[at + 1] && data[at] === data[at + 2]) continue;
    const colour = `${data[at]}, ${data[at + 1]}, ${data[at + 2]}`;
    throw new ArgumentError(
      `mask, pixel ${at / 4}`,
      colour,
      'grey, or transparency somewhere: a picture in colour is no mask',
    );
  }
  return { width, height, frontOf: (pixel) => data[4 * pixel] / 255 };
}

function frontOfData(data: unknown, pixelCount: number): FrontPlane['frontOf'] {
  if (isFloatArray(data)) return frontOfFloats('mask.data', data, pixelCount);
  if (isByteArray(data)) return frontOfBytes(data, pixelCount);
  if (isLabelArray(data)) return frontOfFlags(data, pixelCount);
  const allowed = `floats in 0..1, whole numbers (${labelArrayNames}) or booleans`;
  const flags = readArray('mask.data', data, allowed);
  checkLength('mask.data', flags, pixelCount);
  const stray = flags.findIndex((flag) => typeof flag !== 'boolean');
  if (stray >= 0) {
    throw new ArgumentError(`mask.data[${stray}]`, flags[stray], 'true or false; numbers come as a typed array');
  }
  return (pixel) => Number(flags[pixel]);
}

function frontOfFloats(argument: string, data: unknown, count: number): FrontPlane['frontOf'] {
  const values = checkFloats(argument, data, count);
  const stray = values.findIndex((value) => value < -slack || value > 1 + slack);
  if (stray >= 0) throw new ArgumentError(`${argument}[${stray}]`, values[stray], 'a number in 0..1');
  return (pixel) => Math.min(1, Math.max(0, values[pixel]));
}

function frontOfBytes(data: Uint8Array | Uint8ClampedArray, pixelCount: number): FrontPlane['frontOf'] {
  checkLength('mask.data', data, pixelCount);
  const values = inOwnMemory(data);
  let highest = 0;
  for (const value of values) highest = Math.max(highest, value);
  if (highest > 1 && highest < leastFront) {
    throw new ArgumentError(
      'mask.data',
      `bytes up to ${highest}`,
      `bytes of 0 and 1, or an alpha up to 255 that reaches ${leastFront}; a label map comes as { labelMap, labels, width, height }`,
    );
  }
  const whole = highest > 1 ? 255 : 1;
  return (pixel) => values[pixel] / whole;
}

function frontOfFlags(data: LabelArray, pixelCount: number): FrontPlane['frontOf'] {
  checkLength('mask.data', data, pixelCount);
  const values = inOwnMemory(data);
  const stray = values.findIndex((value) => value !== 0 && value !== 1);
  if (stray >= 0) {
    throw new ArgumentError(
      `mask.data[${stray}]`,
      values[stray],
      `0 or 1, as ${viewName(values)} has no end that alpha could be a part of; a label map comes as { labelMap, labels, width, height }`,
    );
  }
  return (pixel) => values[pixel];
}

function frontOfLabels(labelMap: unknown, labels: unknown, pixelCount: number): FrontPlane['frontOf'] {
  if (!isLabelArray(labelMap)) throw new ArgumentError('mask.labelMap', labelMap, `labels (${labelArrayNames})`);
  checkLength('mask.labelMap', labelMap, pixelCount);
  const values = inOwnMemory(labelMap);
  const front = new Set(checkLabels(labels, 0xffffffff));
  return (pixel) => Number(front.has(values[pixel]));
}

function frontOfMarginals(marginals: unknown, labels: unknown, pixelCount: number): FrontPlane['frontOf'] {
  const length = isFloatArray(marginals) ? marginals.length : 0;
  if (length === 0 || length % pixelCount !== 0) {
    throw new ArgumentError(
      'mask.marginals',
      marginals,
      `a Float32Array or Float64Array [label, y, x] of a multiple of ${pixelCount} values`,
    );
  }
  const valueAt = frontOfFloats('mask.marginals', marginals, length);
  const planes = checkLabels(labels, length / pixelCount - 1).map((label) => label * pixelCount);
  return (pixel) =>
    Math.min(
      1,
      planes.reduce((sum, plane) => sum + valueAt(plane + pixel), 0),
    );
}

function checkLength(argument: string, values: ArrayLike<unknown>, count: number): void {
  if (values.length !== count) throw new ArgumentError(argument, values, `${count} values: width · height`);
}

function checkLabels(labels: unknown, highest: number): number[] {
  const given = readArray('mask.labels', labels);
  if (given.length === 0) throw new ArgumentError('mask.labels', labels, 'at least one label');
  const numbers = given.map((label, index) => checkInteger(`mask.labels[${index}]`, label, 0, highest));
  return [...new Set(numbers)];
}
