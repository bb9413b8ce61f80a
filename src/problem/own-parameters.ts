// SPDX-License-Identifier: MIT

import { resolveParameters } from './parameters.js';
import type { CrfParametersOrName } from './presets.js';
import type { ProblemSize, ResolvedKernel, ResolvedParameters } from './types.js';

/**
 * Parameters as an engine holds them: checked, and sharing no memory with what was given, so that arrays may be used for something else
 * as soon as a call returns.
 */
export class OwnParameters implements ResolvedParameters {
  readonly kernels: readonly ResolvedKernel[];
  readonly iterations: number;
  readonly tolerance: number;
  readonly damping: number;
  readonly exactWorkLimit: number;

  /** Whether something is one of these is asked without looking at it: it may be anything. */
  static readonly all = new WeakSet<object>();

  private constructor(resolved: ResolvedParameters, before: OwnParameters | undefined) {
    OwnParameters.all.add(this);
    const known = [...(before?.kernels ?? [])];
    this.kernels = resolved.kernels.map((kernel) => {
      const own = ownKernel(kernel, known);
      known.push(own);
      return own;
    });
    this.iterations = resolved.iterations;
    this.tolerance = resolved.tolerance;
    this.damping = resolved.damping;
    this.exactWorkLimit = resolved.exactWorkLimit;
  }

  /**
   * Features with the values of features in `before` are the same array, so that a lattice built of them is found again.
   * Throws ArgumentError.
   */
  static of(given: CrfParametersOrName | OwnParameters, size: ProblemSize, before?: OwnParameters): OwnParameters {
    if (isOwn(given)) return given;
    return new OwnParameters(resolveParameters(given, size), before);
  }
}

function isOwn(given: CrfParametersOrName | OwnParameters): given is OwnParameters {
  return typeof given === 'object' && OwnParameters.all.has(given);
}

function ownKernel(kernel: ResolvedKernel, known: readonly ResolvedKernel[]): ResolvedKernel {
  const { features, featureDim } = kernel;
  if (features === undefined) return kernel;
  const same = known.find((other) => other.featureDim === featureDim && hasValues(other.features, features));
  return { ...kernel, features: same?.features ?? new Float32Array(features) };
}

function hasValues(features: Float32Array | undefined, values: Float32Array): boolean {
  return features?.length === values.length && features.every((value, index) => value === values[index]);
}

/** Whether what was built for one kernel serves the other: all that its structure depends on is the same. */
export function sameFeatures(a: ResolvedKernel, b: ResolvedKernel): boolean {
  return (
    a.type === b.type &&
    a.method === b.method &&
    a.featureDim === b.featureDim &&
    a.features === b.features &&
    a.sigmas.every((sigma, index) => sigma === b.sigmas[index])
  );
}
