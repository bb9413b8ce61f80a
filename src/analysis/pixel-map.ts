// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../problem/errors.js';
import { reading } from '../problem/reading.js';
import type { PixelMap } from './api.js';

type Values = Uint32Array | Float32Array;

/** Whether values are whole numbers or float32: a buffer does not say. */
export type ValueKind = 'integers' | 'floats';

/** A result of the CPU backend. */
export class ArrayMap<Array extends Values> implements PixelMap<Array> {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly values: Array,
  ) {}

  get kind(): ValueKind {
    return this.values instanceof Float32Array ? 'floats' : 'integers';
  }

  get buffer(): GPUBuffer {
    throw new DeviceError("PixelMap.buffer: backend 'cpu' has no GPU buffers; read the array instead");
  }

  async read(): Promise<Array> {
    return this.values.slice() as Array;
  }
}

/** A result of the GPU backend. */
export class BufferMap<Array extends Values> implements PixelMap<Array> {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly kind: ValueKind,
    readonly device: GPUDevice,
    readonly buffer: GPUBuffer,
    private readonly readBuffer: (buffer: GPUBuffer) => Promise<Uint32Array>,
  ) {}

  async read(): Promise<Array> {
    const words = await this.readBuffer(this.buffer);
    return (this.kind === 'floats' ? new Float32Array(words.buffer) : words) as Array;
  }
}

/** A map's array or buffer where the input is a map of this size and kind; undefined where it is something else. */
export function contentOfMap(
  argument: string,
  input: unknown,
  kind: ValueKind,
  size: { width: number; height: number },
): Values | BufferMap<Values> | undefined {
  // A proxy may throw even here.
  const isMap = reading(argument, input, () => input instanceof ArrayMap || input instanceof BufferMap);
  if (!isMap) return undefined;
  return contentOf(argument, input as ArrayMap<Values> | BufferMap<Values>, kind, size);
}

function contentOf(
  argument: string,
  input: ArrayMap<Values> | BufferMap<Values>,
  kind: ValueKind,
  size: { width: number; height: number },
): Values | BufferMap<Values> {
  if (input.width !== size.width || input.height !== size.height) {
    throw new ArgumentError(argument, `${input.width}×${input.height}`, `a map of ${size.width}×${size.height} pixels`);
  }
  if (input.kind !== kind) {
    throw new ArgumentError(argument, `a map of ${input.kind}`, `a map of ${kind}`);
  }
  return input instanceof ArrayMap ? input.values : input;
}
