// SPDX-License-Identifier: MIT

import { checkNumber } from './checks.js';
import { ArgumentError } from './errors.js';
import { checkConfidence, type GivenUnary, resolveGivenUnary } from './inputs.js';
import { readMaskPlane, readMaskValues } from './mask-plane.js';
import { readOptions, readProperties } from './reading.js';
import { isTensor, readTensor, tensorPlane, tensorPlanes } from './tensors.js';
import { isByteArray, isFloatArray, isMarkedLabels } from './typed-arrays.js';
import type { ProblemSize, ResolvedUnary } from './types.js';

const forms = ['logits', 'probabilities', 'unary', 'labels', 'foreground'] as const;

/** Keys of a unary beside the one that holds its values. */
const shapeKeys = ['width', 'height', 'upsampling', 'layout', 'window'] as const;
const otherKeys = {
  logits: shapeKeys,
  probabilities: shapeKeys,
  unary: shapeKeys,
  labels: ['confidence', 'unknown'],
  foreground: ['width', 'height', 'upsampling', 'window', 'confidence'],
} as const;

/**
 * Checks a unary input of typed arrays against the problem's size, value by value, and fills in the defaults.
 * Float32 arrays are passed on without a copy. Throws ArgumentError, which names the first value that is wrong.
 */
export function resolveUnary(unary: unknown, size: ProblemSize): ResolvedUnary {
  return resolveGivenUnary(readUnary(unary, size), size);
}

/**
 * Which form a unary has. Tensors become their values, with the size and layout of their dims; a foreground mask becomes the probabilities of
 * two labels. Throws ArgumentError unless it is one of the forms, with the keys that go with it.
 */
export function readUnary(unary: unknown, size: ProblemSize): GivenUnary {
  const given = readProperties('unary', unary, forms);
  const named = forms.filter((form) => given[form] !== undefined);
  if (named.length !== 1) {
    const got = named.length === 0 ? unary : named.join(' and ');
    throw new ArgumentError('unary', got, `exactly one of ${forms.join(', ')}`);
  }
  const form = named[0];
  const { [form]: values, ...others } = readOptions<string>('unary', unary, [form, ...otherKeys[form]]);
  if (form === 'foreground') return readForeground(values, others, size);
  if (!isTensor(`unary.${form}`, values)) return { form, values, others };
  return form === 'labels' ? readLabelTensor(values, others, size) : readFloatTensor(form, values, others, size);
}

function readFloatTensor(
  form: Exclude<GivenUnary['form'], 'labels'>,
  given: object,
  others: Record<string, unknown>,
  { labelCount }: ProblemSize,
): GivenUnary {
  const argument = `unary.${form}`;
  const { dims, values } = readTensor(argument, given, ['float32']);
  const { layout, ...extent } = tensorPlanes(argument, dims, labelCount, others.layout);
  return { form, values, others: { ...others, ...sameExtent(others, extent), layout } };
}

function readLabelTensor(given: object, others: Record<string, unknown>, { width, height }: ProblemSize): GivenUnary {
  const { dims, values } = readTensor('unary.labels', given, ['uint32', 'int32']);
  const plane = tensorPlane('unary.labels', dims);
  if (plane.width !== width || plane.height !== height) {
    throw new ArgumentError('unary.labels.dims', `[${dims.join(', ')}]`, `[height ${height}, width ${width}]`);
  }
  return { form: 'labels', values, others };
}

/** Background is label 0, foreground is label 1. */
function readForeground(given: unknown, others: Record<string, unknown>, size: ProblemSize): GivenUnary {
  const argument = 'unary.foreground';
  if (size.labelCount !== 2) {
    throw new ArgumentError(
      argument,
      given,
      `a form for other problems: one of 2 labels, where this has ${size.labelCount}`,
    );
  }
  const { width = size.width, height = size.height, confidence, upsampling, window } = others;
  const plane = isValues(given)
    ? readMaskValues(argument, given, { beside: 'unary', width, height }, '{ labels }')
    : readMaskPlane(argument, given, '{ labels }');
  const extent = sameExtent(others, { width: plane.width, height: plane.height });
  const pixelCount = plane.width * plane.height;
  const front = Float32Array.from({ length: pixelCount }, (_, pixel) => plane.frontOf(pixel));
  const most = mostConfident(front, confidence);
  const values = new Float32Array(2 * pixelCount);
  front.forEach((value, pixel) => {
    const clipped = Math.min(most, Math.max(1 - most, value));
    values[pixel] = 1 - clipped;
    values[pixelCount + pixel] = clipped;
  });
  return { form: 'probabilities', values, others: { ...extent, upsampling, window } };
}

/** Bare values, whose size stands beside them. */
function isValues(given: unknown): boolean {
  return isFloatArray(given) || isByteArray(given) || isMarkedLabels(given) || Array.isArray(given);
}

/** Above this no pixel is taken for sure. A mask of 0 and 1 says no more than labels do, and gets their confidence. */
function mostConfident(front: Float32Array, confidence: unknown): number {
  const isHard = front.every((value) => value === 0 || value === 1);
  if (confidence === undefined) return isHard ? checkConfidence(undefined, 2) : 1;
  return checkNumber('unary.confidence', confidence, { above: 0.5, below: 1 });
}

/** Throws ArgumentError where another size was given than an object has. */
function sameExtent(
  others: Record<string, unknown>,
  extent: { width: number; height: number },
): { width: number; height: number } {
  for (const side of ['width', 'height'] as const) {
    const given = others[side];
    if (given === undefined || given === extent[side]) continue;
    throw new ArgumentError(`unary.${side}`, given, `${extent[side]}, as what was given has, or none`);
  }
  return extent;
}
