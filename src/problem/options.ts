// SPDX-License-Identifier: MIT

import type { DenseCrfOptions } from './api.js';
import { checkChoice, checkFlag, checkInteger } from './checks.js';
import { OwnParameters } from './own-parameters.js';
import { checkSize, defaultParameters } from './parameters.js';
import { checkDevice } from './platform-objects.js';
import { parametersNamed } from './presets.js';
import { readOptions } from './reading.js';
import { checkTuning, type TuningOption } from './tuning-table.js';
import type { CrfParameters, ProblemSize } from './types.js';

const names = [
  'width',
  'height',
  'labelCount',
  'parameters',
  'backend',
  'device',
  'vertexCapacity',
  'profile',
  'threads',
  'tuning',
] as const satisfies (keyof DenseCrfOptions)[];

/** DenseCrfOptions, each read once and checked. */
export interface CheckedCrfOptions {
  size: ProblemSize;
  /** Nobody else's memory: what belongs to the caller may be changed while a device is asked for. */
  parameters: OwnParameters;
  backend: 'auto' | 'webgpu' | 'cpu';
  device: GPUDevice | undefined;
  vertexCapacity: 'measured' | 'worst-case' | number;
  profile: boolean;
  /** Undefined: by cores and size. */
  threads: number | undefined;
  tuning: TuningOption;
}

/** Throws ArgumentError, which names the option: the same for both backends, and before a device is asked for. */
export function checkCrfOptions(options: DenseCrfOptions): CheckedCrfOptions {
  const given = readOptions('options', options, names);
  const { width, height, labelCount, profile = false } = given;
  const parameters = parametersNamed(
    'parameters',
    given.parameters === undefined ? defaultParameters : given.parameters,
  ) as CrfParameters;
  const size = checkSize({ width, height, labelCount });
  return {
    size,
    parameters: OwnParameters.of(parameters, size),
    backend: checkBackend(given.backend),
    device: checkDevice('device', given.device as GPUDevice | undefined),
    vertexCapacity: checkVertexCapacity(given.vertexCapacity),
    profile: checkFlag('profile', profile),
    threads: checkThreads(given.threads),
    tuning: checkTuning('tuning', given.tuning),
  };
}

/** Throws ArgumentError. What is left out is 'auto'. */
export function checkBackend(backend: unknown): 'auto' | 'webgpu' | 'cpu' {
  return checkChoice('backend', backend === undefined ? 'auto' : backend, ['auto', 'webgpu', 'cpu'] as const);
}

/** Threads that one engine may have; src/cpu/threads/control.ts has room for as many. */
const mostThreads = 256;

/** Throws ArgumentError. */
export function checkThreads(value: unknown): number | undefined {
  return value === undefined ? undefined : checkInteger('threads', value, 1, mostThreads);
}

function checkVertexCapacity(value: unknown): 'measured' | 'worst-case' | number {
  if (value === undefined) return 'measured';
  if (typeof value === 'number') return checkInteger('vertexCapacity', value, 1, 2 ** 31 - 1);
  return checkChoice('vertexCapacity', value, ['measured', 'worst-case'] as const);
}
