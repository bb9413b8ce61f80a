// SPDX-License-Identifier: MIT

import { checkGivenBuffer, isBuffer } from '../../gpu/given-objects.js';
import { checkInteger, checkKeys, checkNumber, checkObject } from '../../problem/checks.js';
import { checkArrayShape, resolveUnary, shapeKeys, unknownLabel } from '../../problem/inputs.js';
import type { ProblemSize, UnaryInput } from '../../problem/types.js';
import type { UnarySource } from '../../problem/api.js';
import type { UnaryArray } from './unary-source.js';

const forms = ['logits', 'probabilities', 'unary', 'labels'] as const;

/** Checks a unary input of typed arrays or GPUBuffers and says where its numbers are. Throws ArgumentError. */
export function checkUnarySource(source: UnarySource, size: ProblemSize): UnaryArray {
  const given = checkObject('unary', source);
  const form = forms.find((name) => isBuffer(given[name]));
  if (!form) return fromArrays(source as UnaryInput, size);

  checkKeys('unary', given, form === 'labels' ? ['labels', 'confidence', 'unknown'] : [form, ...shapeKeys]);
  const buffer = given[form] as GPUBuffer;
  const width = checkInteger('unary.width', given.width ?? size.width, 1, 2 ** 24);
  const height = checkInteger('unary.height', given.height ?? size.height, 1, 2 ** 24);
  const bytes = width * height * 4 * (form === 'labels' ? 1 : size.labelCount);
  checkGivenBuffer(`unary.${form}`, buffer, bytes, 'storage');
  return {
    form,
    values: buffer,
    width,
    height,
    ...checkArrayShape(given, width, height),
    confidence: checkNumber('unary.confidence', given.confidence ?? 0.7, { above: 0, below: 1 }),
    unknown:
      given.unknown === undefined || given.unknown === null
        ? unknownLabel
        : checkInteger('unary.unknown', given.unknown, 0, 2 ** 32 - 1),
  };
}

function fromArrays(source: UnaryInput, size: ProblemSize): UnaryArray {
  const resolved = resolveUnary(source, size);
  if (resolved.form !== 'labels') {
    const { values } = resolved;
    // A copy, unless checking has made one: the caller may use the array for something else before the call's turn.
    const isCallers = Object.values(source).includes(values);
    return { ...resolved, values: isCallers ? values.slice() : values, confidence: 0.5, unknown: unknownLabel };
  }
  return {
    form: 'labels',
    values: resolved.labels,
    width: size.width,
    height: size.height,
    upsampling: 'half-pixel',
    layout: 'planar',
    window: null,
    confidence: resolved.confidence,
    unknown: unknownLabel,
  };
}
