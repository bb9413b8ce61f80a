// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkKeys, checkNumber, checkObject, firstNonFinite } from './checks.js';
import { ArgumentError } from './errors.js';
import type {
  ArrayWindow,
  LabelLayout,
  MarkedLabels,
  ProblemSize,
  ResolvedUnary,
  RgbaImage,
  UnaryInput,
  Upsampling,
} from './types.js';

/** What a pixel without a known label holds in ResolvedUnary's `labels`. */
export const unknownLabel = 0xffffffff;

/** Probabilities are clipped to this..1 before -log, as pydensecrf's `unary_from_softmax` does. */
export const probabilityFloor = 1e-5;

/** Rounding of a float16 softmax may step this far outside 0..1. */
const probabilitySlack = 1e-3;

/** Largest width or height of a coarse array: what a texture or a canvas could still hold is far below. */
const maximumExtent = 2 ** 24;

const forms = ['logits', 'probabilities', 'unary', 'labels'] as const;
const upsamplings: readonly Upsampling[] = ['half-pixel', 'align-corners'];
const layouts: readonly LabelLayout[] = ['planar', 'interleaved'];

/**
 * Samples by which a window may reach out of its array: where corners are aligned in an array finer than the network's input, half a
 * pixel of the input is more than half a sample.
 */
const windowReach = 2;

/** Keys of a unary that say how its array is laid out. */
export const shapeKeys = ['width', 'height', 'upsampling', 'layout', 'window'] as const;

/**
 * Checks a unary input of typed arrays against the problem's size, value by value, and fills in the defaults.
 * Float32 arrays are passed on without a copy. Throws ArgumentError, which names the first value that is wrong.
 */
export function resolveUnary(unary: UnaryInput, size: ProblemSize): ResolvedUnary {
  const given = checkObject('unary', unary);
  const named = forms.filter((form) => given[form] !== undefined);
  if (named.length !== 1) {
    const got = named.length === 0 ? undefined : named.join(' and ');
    throw new ArgumentError('unary', got, `exactly one of ${forms.join(', ')}`);
  }
  const form = named[0];
  if (form === 'labels') return resolveLabels(given, size);

  checkKeys('unary', given, [form, ...shapeKeys]);
  const width = checkInteger('unary.width', given.width ?? size.width, 1, maximumExtent);
  const height = checkInteger('unary.height', given.height ?? size.height, 1, maximumExtent);
  const shape = `[labelCount ${size.labelCount}, height ${height}, width ${width}]`;
  const values = checkFloats(`unary.${form}`, given[form], size.labelCount * width * height, shape);
  if (form === 'probabilities') checkProbabilities('unary.probabilities', values);
  return { form, values, width, height, ...checkArrayShape(given, width, height) };
}

/** How an array of a unary is laid out and what of it is sampled, checked and with defaults. */
export function checkArrayShape(
  given: Record<string, unknown>,
  width: number,
  height: number,
): { upsampling: Upsampling; layout: LabelLayout; window: ArrayWindow | null } {
  const upsampling = checkChoice('unary.upsampling', given.upsampling ?? 'half-pixel', upsamplings);
  const layout = checkChoice('unary.layout', given.layout ?? 'planar', layouts);
  if (given.window === undefined) return { upsampling, layout, window: null };
  if (upsampling === 'align-corners') {
    throw new ArgumentError('unary.upsampling', upsampling, 'none beside a window, which says where samples lie');
  }
  return { upsampling, layout, window: checkWindow(given.window, width, height) };
}

function checkWindow(value: unknown, width: number, height: number): ArrayWindow {
  const given = checkObject('unary.window', value);
  checkKeys('unary.window', given, ['x', 'y', 'width', 'height']);
  const x = checkNumber('unary.window.x', given.x, { from: -windowReach, below: width });
  const y = checkNumber('unary.window.y', given.y, { from: -windowReach, below: height });
  const across = checkNumber('unary.window.width', given.width, { above: 0, to: width + windowReach - x });
  const down = checkNumber('unary.window.height', given.height, { above: 0, to: height + windowReach - y });
  return { x, y, width: across, height: down };
}

/** Checks that an image holds width·height RGBA pixels of the problem's size. */
export function checkImage(image: RgbaImage, size: ProblemSize): RgbaImage {
  const { data, width, height } = checkObject('image', image);
  if (width !== size.width) {
    throw new ArgumentError('image.width', width, `the problem's width ${size.width}`);
  }
  if (height !== size.height) {
    throw new ArgumentError('image.height', height, `the problem's height ${size.height}`);
  }
  const length = 4 * size.width * size.height;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray) || data.length !== length) {
    throw new ArgumentError('image.data', data, `${length} bytes of RGBA (Uint8Array or Uint8ClampedArray)`);
  }
  return { data, width: size.width, height: size.height };
}

function checkFloats(path: string, value: unknown, length: number, shape: string): Float32Array {
  const isFloats = value instanceof Float32Array || value instanceof Float64Array;
  if (!isFloats || value.length !== length) {
    throw new ArgumentError(path, value, `a Float32Array or Float64Array of ${length} values, ${shape}`);
  }
  const values = value instanceof Float32Array ? value : Float32Array.from(value);
  const bad = firstNonFinite(values);
  if (bad >= 0) {
    throw new ArgumentError(`${path}[${bad}]`, value[bad], 'a finite float32 number: clip infinities, e.g. to ±1e4');
  }
  return values;
}

function checkProbabilities(path: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= -probabilitySlack && values[i] <= 1 + probabilitySlack) continue;
    throw new ArgumentError(`${path}[${i}]`, values[i], 'a probability in 0..1 (raw scores are `logits`)');
  }
}

function resolveLabels(given: Record<string, unknown>, size: ProblemSize): ResolvedUnary {
  checkKeys('unary', given, ['labels', 'confidence', 'unknown']);
  const { labelCount } = size;
  const pixelCount = size.width * size.height;
  const { labels } = given;
  if (!isLabelArray(labels) || labels.length !== pixelCount) {
    throw new ArgumentError(
      'unary.labels',
      labels,
      `an array of ${pixelCount} whole numbers (Int8Array .. BigUint64Array)`,
    );
  }
  const { unknown } = given;
  const unknownValue =
    unknown === undefined || unknown === null ? null : checkInteger('unary.unknown', unknown, -(2 ** 31), 2 ** 32 - 1);
  const confidence = checkNumber('unary.confidence', given.confidence ?? 0.7, {
    // A lower confidence would speak against the marked label. With one label there is nothing to choose.
    ...(labelCount > 1 ? { from: 1 / labelCount } : { above: 0 }),
    below: 1,
  });
  return { form: 'labels', labels: convertLabels(labels, unknownValue, labelCount), confidence };
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
      throw new ArgumentError(`unary.labels[${i}]`, given, allowedLabels(unknown, labelCount));
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

function isLabelArray(value: unknown): value is MarkedLabels {
  return (
    value instanceof Int8Array ||
    value instanceof Uint8Array ||
    value instanceof Uint8ClampedArray ||
    value instanceof Uint16Array ||
    value instanceof Int16Array ||
    value instanceof Uint32Array ||
    value instanceof Int32Array ||
    value instanceof BigInt64Array ||
    value instanceof BigUint64Array
  );
}
