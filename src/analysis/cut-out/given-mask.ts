// SPDX-License-Identifier: MIT

import type { MaskInput } from '../../problem/api.js';
import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkLength, type FrontPlane, frontOfFloats, readMaskPlane } from '../../problem/mask-plane.js';
import { readArray, reading, readOptions } from '../../problem/reading.js';
import { inOwnMemory, isFloatArray, isLabelArray, labelArrayNames } from '../../problem/typed-arrays.js';
import type { FloatArray, LabelArray } from '../../problem/types.js';
import { maximumExtent } from '../arguments.js';

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

/** What `cutOut` takes for a mask. */
export type CutOutMask = MaskInput | MaskOfLabels | MaskOfMarginals;

const labelsForm = '{ labelMap, labels, width, height }';

/** Reads a mask of any form. Throws ArgumentError, which names the first value that can't be. */
export function readMask(mask: unknown): FrontPlane {
  const given = reading('mask', mask, () => pickForms(mask));
  const forms = (['labelMap', 'marginals'] as const).filter((form) => given[form] !== undefined);
  if (forms.length === 0) {
    if (given.labels === undefined) return readMaskPlane('mask', mask, labelsForm);
    throw new ArgumentError('mask.labels', given.labels, 'none without labelMap or marginals, which they go with');
  }
  const [form] = forms;
  if (forms.length === 2 || given.data !== undefined) {
    throw new ArgumentError('mask', mask, 'one of data, labelMap, marginals, with width and height, or a picture');
  }
  const { [form]: values, labels, width, height } = readOptions('mask', mask, [form, 'labels', 'width', 'height']);
  const size = {
    width: checkInteger('mask.width', width, 1, maximumExtent),
    height: checkInteger('mask.height', height, 1, maximumExtent),
  };
  const pixelCount = size.width * size.height;
  if (form === 'labelMap') return { ...size, frontOf: frontOfLabels(values, labels, pixelCount) };
  return { ...size, frontOf: frontOfMarginals(values, labels, pixelCount) };
}

/** Of objects and of what a page shows alike. */
function pickForms(mask: unknown): Partial<Record<'data' | 'labelMap' | 'marginals' | 'labels', unknown>> {
  if (typeof mask !== 'object' || mask === null) return {};
  const { data, labelMap, marginals, labels } = mask as Record<string, unknown>;
  return { data, labelMap, marginals, labels };
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

function checkLabels(labels: unknown, highest: number): number[] {
  const given = readArray('mask.labels', labels);
  if (given.length === 0) throw new ArgumentError('mask.labels', labels, 'at least one label');
  const numbers = given.map((label, index) => checkInteger(`mask.labels[${index}]`, label, 0, highest));
  return [...new Set(numbers)];
}
