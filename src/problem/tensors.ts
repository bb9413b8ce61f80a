// SPDX-License-Identifier: MIT

import { checkInteger } from './checks.js';
import { ArgumentError } from './errors.js';
import { float16ToNumber } from './float16.js';
import { isBufferObject } from './platform-objects.js';
import { readArray, reading, readProperties } from './reading.js';
import { viewName } from './typed-arrays.js';

/** A tensor as onnxruntime and transformers.js have it, or an object of the same form. */
export interface TensorInput {
  /** Rows of the last dimension lie together. */
  readonly dims: readonly number[];
  /** Of its values, as onnxruntime names it: 'float32', 'float16', 'int64' and so on. */
  readonly type?: string;
  /** 'cpu' or 'gpu-buffer', as onnxruntime names it. */
  readonly location?: string;
  /** Values on the CPU. */
  readonly data?: unknown;
  /** Values on the GPU: float32, or 32-bit labels. */
  readonly gpuBuffer?: unknown;
}

/** A tensor that was read. */
export interface GivenTensor {
  dims: readonly number[];
  /** A typed array with as many values as `dims` say, never of float16; or a GPUBuffer. */
  values: unknown;
}

/** Whether something is a tensor: whatever has dims is no other input of ours. */
export function isTensor(argument: string, value: unknown): value is object {
  return reading(
    argument,
    value,
    () => typeof value === 'object' && value !== null && 'dims' in value && Array.isArray(value.dims),
  );
}

/**
 * Reads a tensor. Throws ArgumentError for one that was disposed, is where it can't be read, or has other dims than values.
 *
 * @param gpuTypes what it may hold on a GPU; none where only the CPU's values can be read
 */
export function readTensor(argument: string, value: unknown, gpuTypes: readonly string[]): GivenTensor {
  const { dims: given, type, location } = readProperties(argument, value, ['dims', 'type', 'location']);
  const dims = readArray(`${argument}.dims`, given).map((side, axis) =>
    checkInteger(`${argument}.dims[${axis}]`, side, 1, Number.MAX_SAFE_INTEGER),
  );
  const { data, gpuBuffer } = readValues(argument, value, location, gpuTypes);
  if (gpuBuffer !== undefined) {
    checkGpuType(argument, type, gpuTypes);
    return { dims, values: gpuBuffer };
  }
  const values = withoutHalves(data, type);
  const count = dims.reduce((product, side) => product * side, 1);
  const name = viewName(values);
  if (name === undefined || (values as ArrayLike<unknown>).length !== count) {
    throw new ArgumentError(
      `${argument}.data`,
      data,
      `a typed array of ${count} values, as dims [${dims.join(', ')}] say`,
    );
  }
  return { dims, values };
}

function readValues(
  argument: string,
  value: unknown,
  location: unknown,
  gpuTypes: readonly string[],
): { data?: unknown; gpuBuffer?: unknown } {
  const isOnCpu = location === undefined || location === 'cpu' || location === 'cpu-pinned';
  const data = isOnCpu ? readProperties(argument, value, ['data']).data : undefined;
  if (data !== undefined) return { data };
  const gpuBuffer = location === undefined || location === 'gpu-buffer' ? bufferOf(argument, value) : undefined;
  if (gpuBuffer !== undefined && gpuTypes.length > 0) return { gpuBuffer };
  const places = gpuTypes.length > 0 ? "on the CPU or in a GPUBuffer ('gpu-buffer')" : "on the CPU ('cpu')";
  const hint = location === 'none' ? '; this one was disposed' : '';
  throw new ArgumentError(`${argument}.location`, location, `a tensor with its values ${places}${hint}`);
}

/** transformers.js keeps onnxruntime's tensor inside its own. */
function bufferOf(argument: string, value: unknown): unknown {
  return reading(argument, value, () => {
    const { gpuBuffer, ort_tensor: inner } = value as { gpuBuffer?: unknown; ort_tensor?: { gpuBuffer?: unknown } };
    const buffer = gpuBuffer ?? inner?.gpuBuffer;
    if (buffer === undefined || isBufferObject(`${argument}.gpuBuffer`, buffer)) return buffer;
    throw new ArgumentError(`${argument}.gpuBuffer`, buffer, 'a GPUBuffer');
  });
}

function checkGpuType(argument: string, type: unknown, gpuTypes: readonly string[]): void {
  if (type === undefined || gpuTypes.includes(type as string)) return;
  throw new ArgumentError(`${argument}.type`, type, `${gpuTypes.join(' or ')} in a GPUBuffer`);
}

/** Halves come as whole numbers where the engine has no Float16Array. */
function withoutHalves(data: unknown, type: unknown): unknown {
  if (viewName(data) === 'Float16Array') return Float32Array.from(data as ArrayLike<number>);
  if (type !== 'float16' || viewName(data) !== 'Uint16Array') return data;
  return Float32Array.from(data as Uint16Array, float16ToNumber);
}

/** What a tensor's dims are in the order of [height, width] and its labels. */
export interface TensorPlanes {
  width: number;
  height: number;
  layout: 'planar' | 'interleaved';
}

/**
 * How the planes of labels lie in a tensor of one image: [1, label, height, width] or [1, height, width, label], or either without the 1. Throws
 * ArgumentError where neither fits, or both do and no layout was given.
 */
export function tensorPlanes(
  argument: string,
  dims: readonly number[],
  labelCount: number,
  layout: unknown,
): TensorPlanes {
  const [first, ...rest] = dims;
  const ofOne = dims.length === 4 && first === 1 ? rest : dims;
  const isPlanar = ofOne.length === 3 && ofOne[0] === labelCount && layout !== 'interleaved';
  const isInterleaved = ofOne.length === 3 && ofOne[2] === labelCount && layout !== 'planar';
  if (isPlanar && isInterleaved) {
    throw new ArgumentError(
      'unary.layout',
      layout,
      `'planar' or 'interleaved': the labels of a tensor with dims [${dims.join(', ')}] may stand first or last`,
    );
  }
  if (isPlanar) return { width: ofOne[2], height: ofOne[1], layout: 'planar' };
  if (isInterleaved) return { width: ofOne[1], height: ofOne[0], layout: 'interleaved' };
  throw new ArgumentError(`${argument}.dims`, `[${dims.join(', ')}]`, `one image's ${allowedDims(labelCount, layout)}`);
}

function allowedDims(labelCount: number, layout: unknown): string {
  const planar = `[1, ${labelCount}, height, width]`;
  const interleaved = `[1, height, width, ${labelCount}]`;
  if (layout === 'planar') return planar;
  return layout === 'interleaved' ? interleaved : `${planar} or ${interleaved}`;
}

/** The size of a tensor with one value a pixel: [height, width], with any 1s before or behind it. Throws ArgumentError for others. */
export function tensorPlane(argument: string, dims: readonly number[]): { width: number; height: number } {
  const sides = [...dims];
  while (sides.length > 2 && sides[0] === 1) sides.shift();
  while (sides.length > 2 && sides.at(-1) === 1) sides.pop();
  const [height, width] = sides;
  if (sides.length === 2) return { width, height };
  throw new ArgumentError(
    `${argument}.dims`,
    `[${dims.join(', ')}]`,
    "one image's [height, width] or [1, 1, height, width]",
  );
}
