// SPDX-License-Identifier: MIT

import { checkInteger, checkNumber } from './checks.js';
import { ArgumentError } from './errors.js';
import { checkChoiceParameter, checkNumberParameter } from './parameter-checks.js';
import { readOptions } from './reading.js';
import { crfSchema } from './schema.js';
import {
  inOwnMemory,
  isByteArray,
  isFloat32Array,
  isFloatArray,
  isMarkedLabels,
  markedLabelsNames,
} from './typed-arrays.js';
import type { ArrayWindow, LabelLayout, MarkedLabels, ProblemSize, ResolvedUnary, Upsampling } from './types.js';

/** What a pixel without a known label holds in ResolvedUnary's `labels`. */
export const unknownLabel = 0xffffffff;

/** Probabilities are clipped to this..1 before -log, as pydensecrf's `unary_from_softmax` does. */
export const probabilityFloor = 1e-5;

/** Rounding of a float16 softmax may step this far outside 0..1. */
const probabilitySlack = 1e-3;

/** Largest width or height of a coarse array: what a texture or a canvas could still hold is far below. */
const maximumExtent = 2 ** 24;

/**
 * Samples by which a window may reach out of its array: where corners are aligned in an array finer than the network's input, half a
 * pixel of the input is more than half a sample.
 */
const windowReach = 2;

/** A unary as it was given, in one of its forms, each key read once. Its values are not looked at. */
export interface GivenUnary {
  form: 'logits' | 'probabilities' | 'unary' | 'labels';
  values: unknown;
  others: Record<string, unknown>;
}

/**
 * Checks a unary of typed arrays that was read against the problem's size, value by value, and fills in the defaults.
 * Float32 arrays are passed on without a copy. Throws ArgumentError, which names the first value that is wrong.
 */
export function resolveGivenUnary({ form, values: given, others }: GivenUnary, size: ProblemSize): ResolvedUnary {
  if (form === 'labels') return resolveLabels(given, others, size);
  const place = checkUnaryShape(others, size);
  const { width, height } = place;
  const shape = `[labelCount ${size.labelCount}, height ${height}, width ${width}]`;
  const values = checkFloats(`unary.${form}`, given, size.labelCount * width * height, shape);
  if (form === 'probabilities') checkProbabilities('unary.probabilities', values);
  return { form, values, ...place };
}

/** Where and how the values of a unary lie. */
export interface UnaryShape {
  width: number;
  height: number;
  upsampling: Upsampling;
  layout: LabelLayout;
  /** Null: all of the array. */
  window: ArrayWindow | null;
}

/** How an array of a unary is laid out and what of it is sampled, checked and with defaults. */
export function checkUnaryShape(given: Record<string, unknown>, size: ProblemSize): UnaryShape {
  const { width: across = size.width, height: down = size.height } = given;
  const width = checkInteger('unary.width', across, 1, maximumExtent);
  const height = checkInteger('unary.height', down, 1, maximumExtent);
  const { unary: schema } = crfSchema;
  const upsampling = checkChoiceParameter('unary.upsampling', given.upsampling, schema.upsampling);
  const layout = checkChoiceParameter('unary.layout', given.layout, schema.layout);
  if (given.window === undefined) {
    checkNotTransposed(width, height, size);
    return { width, height, upsampling, layout, window: null };
  }
  if (upsampling === 'align-corners') {
    throw new ArgumentError('unary.upsampling', upsampling, 'none beside a window, which says where samples lie');
  }
  return { width, height, upsampling, layout, window: checkWindow(given.window, width, height) };
}

/** Width and height in each other's place would pass for a coarse array, and be resampled to nonsense. */
function checkNotTransposed(width: number, height: number, size: ProblemSize): void {
  if (width === height || width !== size.height || height !== size.width) return;
  throw new ArgumentError(
    'unary.width',
    width,
    `width ${size.width} and height ${size.height} as the image has them: they stand in each other's place ` +
      `(an array that is meant so has window: { x: 0, y: 0, width: ${width}, height: ${height} })`,
  );
}

function checkWindow(value: unknown, width: number, height: number): ArrayWindow {
  const given = readOptions('unary.window', value, ['x', 'y', 'width', 'height']);
  const x = checkNumber('unary.window.x', given.x, { from: -windowReach, below: width });
  const y = checkNumber('unary.window.y', given.y, { from: -windowReach, below: height });
  const across = checkNumber('unary.window.width', given.width, { above: 0, to: width + windowReach - x });
  const down = checkNumber('unary.window.height', given.height, { above: 0, to: height + windowReach - y });
  return { x, y, width: across, height: down };
}

/** Bytes of width·height RGBA pixels. */
export function checkPixels(
  argument: string,
  data: unknown,
  { width, height }: { width: number; height: number },
): Uint8Array | Uint8ClampedArray {
  const length = 4 * width * height;
  if (isByteArray(data) && data.length === length) return inOwnMemory(data);
  throw new ArgumentError(argument, data, `${length} bytes of RGBA (Uint8Array or Uint8ClampedArray)`);
}

/** Floats that end in float32; Float32Arrays are passed on without a copy. */
export function checkFloats(argument: string, value: unknown, length: number, shape?: string): Float32Array {
  if (!isFloatArray(value) || value.length !== length) {
    const expected = [`a Float32Array or Float64Array of ${length} values`, shape].filter((part) => part !== undefined);
    throw new ArgumentError(argument, value, expected.join(', '));
  }
  const values = isFloat32Array(value) ? inOwnMemory(value) : Float32Array.from(value);
  const bad = firstNonFinite(values);
  if (bad >= 0) throw new ArgumentError(`${argument}[${bad}]`, value[bad], finiteFloat32);
  return values;
}

/** Numbers above 3.4e38 are finite in float64 and infinite here. */
const finiteFloat32 = 'a finite float32 number: clip infinities, e.g. to ±1e4';

function checkProbabilities(path: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= -probabilitySlack && values[i] <= 1 + probabilitySlack) continue;
    throw new ArgumentError(`${path}[${i}]`, values[i], 'a probability in 0..1 (raw scores are `logits`)');
  }
}

function resolveLabels(given: unknown, others: Record<string, unknown>, size: ProblemSize): ResolvedUnary {
  const { labelCount } = size;
  const labels = checkLabelArray('unary.labels', given, size.width * size.height);
  const unknown = checkUnknown(others.unknown, -(2 ** 31));
  const confidence = checkConfidence(others.confidence, labelCount);
  return { form: 'labels', labels: convertLabels(labels, unknown, labelCount), confidence };
}

/** An array of whole numbers, whatever they are. */
export function checkLabelArray(argument: string, value: unknown, length: number): MarkedLabels {
  if (isMarkedLabels(value) && value.length === length) return inOwnMemory(value);
  throw new ArgumentError(argument, value, `an array of ${length} whole numbers (${markedLabelsNames})`);
}

/** The value of pixels without a label; null where there is none. */
export function checkUnknown(value: unknown, least: number): number | null {
  if (value === undefined || value === null) return null;
  return checkInteger('unary.unknown', value, least, 2 ** 32 - 1);
}

/** A lower confidence than the others' would speak against the marked label. With one label there is nothing to choose. */
export function checkConfidence(value: unknown, labelCount: number): number {
  const { exclusiveMinimum, ...schema } = crfSchema.unary.confidence;
  const least = labelCount > 1 ? { minimum: 1 / labelCount } : { exclusiveMinimum };
  return checkNumberParameter('unary.confidence', value, { ...schema, ...least });
}

function convertLabels(labels: ArrayLike<number | bigint>, unknown: number | null, labelCount: number): Uint32Array {
  const converted = new Uint32Array(labels.length);
  const shiftAbove = unknown !== null && unknown >= 0 ? unknown : Number.POSITIVE_INFINITY;
  for (let i = 0; i < labels.length; i++) {
    // A bigint beyond 2^53 is rounded, to what is no label either.
    const given = Number(labels[i]);
    const label = given > shiftAbove ? given - 1 : given;
    if (given === unknown) {
      converted[i] = unknownLabel;
    } else if (label >= 0 && label < labelCount) {
      converted[i] = label;
    } else {
      throw new ArgumentError(`unary.labels[${i}]`, labels[i], allowedLabels(unknown, labelCount));
    }
  }
  return converted;
}

function allowedLabels(unknown: number | null, labelCount: number): string {
  if (unknown === null) return `a label in 0..${labelCount - 1}`;
  if (unknown === 0) return `a label in 1..${labelCount}, or 0 for unknown`;
  const last = unknown > 0 && unknown < labelCount ? labelCount : labelCount - 1;
  return `a label in 0..${last}, or ${unknown} for unknown`;
}

/** Index of the first NaN or infinity, -1 where there is none. */
function firstNonFinite(values: ArrayLike<number>): number {
  const { length } = values;
  let i = 0;
  // 0 · x is 0 for finite numbers only; NaN for the rest. Four at once take less than half the time of one after the other.
  while (i + 4 <= length && 0 * values[i] + 0 * values[i + 1] + 0 * values[i + 2] + 0 * values[i + 3] === 0) i += 4;
  while (i < length && 0 * values[i] === 0) i++;
  return i < length ? i : -1;
}
