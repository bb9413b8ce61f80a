// SPDX-License-Identifier: MIT

import { checkGivenBuffer } from '../../gpu/given-objects.js';
import { readUnary } from '../../problem/given-unary.js';
import {
  checkConfidence,
  checkUnaryShape,
  checkUnknown,
  type GivenUnary,
  resolveGivenUnary,
  unknownLabel,
} from '../../problem/inputs.js';
import { isBufferObject } from '../../problem/platform-objects.js';
import { copyOf } from '../../problem/typed-arrays.js';
import type { ProblemSize } from '../../problem/types.js';
import type { UnaryArray } from './unary-source.js';

/** What an input has that no label is computed from. */
const noLabels = { confidence: 0.5, unknown: unknownLabel };

/**
 * Checks a unary input of typed arrays or GPUBuffers and says where its numbers are. Throws ArgumentError.
 *
 * @param copy of numbers that belong to the caller
 */
export function checkUnarySource(
  source: unknown,
  size: ProblemSize,
  copy: (values: Float32Array) => Float32Array = copyOf,
): UnaryArray {
  const given = readUnary(source, size);
  const { form, values, others } = given;
  if (!isBufferObject(`unary.${form}`, values)) return fromArrays(given, size, copy);

  const buffer = values as GPUBuffer;
  const place = checkUnaryShape(form === 'labels' ? {} : others, size);
  const bytes = place.width * place.height * 4 * (form === 'labels' ? 1 : size.labelCount);
  checkGivenBuffer(`unary.${form}`, buffer, bytes, 'storage');
  if (form !== 'labels') return { form, values: buffer, ...place, ...noLabels };
  return {
    form,
    values: buffer,
    ...place,
    confidence: checkConfidence(others.confidence, size.labelCount),
    // Labels are u32 in a buffer.
    unknown: checkUnknown(others.unknown, 0) ?? unknownLabel,
  };
}

function fromArrays(given: GivenUnary, size: ProblemSize, copy: (values: Float32Array) => Float32Array): UnaryArray {
  const resolved = resolveGivenUnary(given, size);
  if (resolved.form !== 'labels') {
    const { values } = resolved;
    // A copy, unless checking has made one: the caller may use the array for something else before the call's turn.
    return { ...resolved, values: values === given.values ? copy(values) : values, ...noLabels };
  }
  return {
    form: 'labels',
    values: resolved.labels,
    ...checkUnaryShape({}, size),
    confidence: resolved.confidence,
    unknown: unknownLabel,
  };
}
