// SPDX-License-Identifier: MIT

import type { FloatArray, LabelArray, MarkedLabels } from './types.js';

/** `%TypedArray%.prototype[Symbol.toStringTag]`: it looks at what an object is, so that arrays of another window are known and nothing is taken in by a name. */
const tagOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** 'Float32Array' and so on; undefined for what is no typed array. Never throws. */
export function viewName(value: unknown): string | undefined {
  return tagOfView?.call(value);
}

export function isFloat32Array(value: unknown): value is Float32Array {
  return viewName(value) === 'Float32Array';
}

export function isFloatArray(value: unknown): value is FloatArray {
  return isFloat32Array(value) || viewName(value) === 'Float64Array';
}

const labelArrays = ['Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array'];
const markedLabels = [...labelArrays, 'Int8Array', 'BigInt64Array', 'BigUint64Array'];

/** Whether a value is one of the arrays that labels may come in. */
export function isLabelArray(value: unknown): value is LabelArray {
  return labelArrays.includes(viewName(value) ?? '');
}

/** The same of labels that are marked, which other programs' tensors have as 64 bits. */
export function isMarkedLabels(value: unknown): value is MarkedLabels {
  return markedLabels.includes(viewName(value) ?? '');
}

const slice: () => FloatArray | MarkedLabels = Object.getPrototypeOf(Uint8Array.prototype).slice;

/** A copy. Node's Buffers have a `slice` of their own, which copies nothing. */
export function copyOf<Values extends FloatArray | MarkedLabels>(values: Values): Values {
  return slice.call(values) as Values;
}

/**
 * The values in memory of their own where other threads may change them, or somebody may resize them: they would be other values after their check,
 * and WebGPU takes no such memory everywhere. Else themselves.
 */
export function inOwnMemory<Values extends FloatArray | MarkedLabels>(values: Values): Values {
  const { buffer } = values;
  const isFixed = buffer instanceof ArrayBuffer && !('resizable' in buffer && buffer.resizable);
  return isFixed ? values : copyOf(values);
}

/** The names of those arrays, for messages. */
export const labelArrayNames = listOf(labelArrays);
export const markedLabelsNames = listOf(markedLabels);

function listOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Bytes of pixels. */
export function isByteArray(value: unknown): value is Uint8Array | Uint8ClampedArray {
  const name = viewName(value);
  return name === 'Uint8Array' || name === 'Uint8ClampedArray';
}
