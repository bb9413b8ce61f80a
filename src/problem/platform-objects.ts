// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';
import { reading } from './reading.js';

/**
 * What a page, a worker or WebGPU gives, known by its shape: this folder names no type of theirs, and objects of another window or of Dawn in
 * Node are as good as any. Whether a GPU accepts an object is for the engine to find out.
 */

/** Whether an object has methods of these names. Objects that cannot be read throw ArgumentError. */
export function hasMethods(argument: string, value: unknown, ...names: readonly string[]): value is object {
  return reading(argument, value, () => {
    if (typeof value !== 'object' || value === null) return false;
    const given = value as Record<string, unknown>;
    return names.every((name) => typeof given[name] === 'function');
  });
}

/** Size in bytes and usages are all that is read of a GPUBuffer here. */
export interface BufferObject {
  readonly size: number;
  readonly usage: number;
}

export function isBufferObject(argument: string, value: unknown): value is BufferObject {
  return (
    hasMethods(argument, value, 'mapAsync', 'destroy') &&
    reading(argument, value, () => {
      const { size, usage } = value as Partial<BufferObject>;
      return typeof size === 'number' && typeof usage === 'number';
    })
  );
}

export function isTextureObject(argument: string, value: unknown): value is object {
  return hasMethods(argument, value, 'createView', 'destroy');
}

/** A device to work on, or undefined where none was given. Throws ArgumentError. */
export function checkDevice<Device extends object>(argument: string, value: Device | undefined): Device | undefined {
  if (value === undefined || isDevice(argument, value)) return value;
  throw new ArgumentError(argument, value, 'a GPUDevice');
}

function isDevice(argument: string, value: unknown): boolean {
  if (!hasMethods(argument, value, 'createBuffer', 'createCommandEncoder', 'createComputePipelineAsync')) return false;
  return reading(argument, value, () => {
    const { queue, limits, features, lost } = value as Record<string, unknown>;
    return (
      hasMethods(argument, queue, 'submit', 'writeBuffer') &&
      hasMethods(argument, features, 'has') &&
      hasMethods(argument, lost, 'then') &&
      typeof limits === 'object' &&
      limits !== null
    );
  });
}

interface SignalObject {
  readonly aborted: boolean;
}

/** What ends a call early, or undefined where none was given. Throws ArgumentError. */
export function checkSignal<Signal extends SignalObject>(
  argument: string,
  value: Signal | undefined,
): Signal | undefined {
  if (value === undefined || isSignal(argument, value)) return value;
  throw new ArgumentError(argument, value, 'an AbortSignal');
}

function isSignal(argument: string, value: unknown): boolean {
  return (
    hasMethods(argument, value, 'addEventListener', 'removeEventListener', 'throwIfAborted') &&
    reading(argument, value, () => typeof (value as Partial<SignalObject>).aborted === 'boolean')
  );
}
