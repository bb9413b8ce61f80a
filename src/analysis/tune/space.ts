// SPDX-License-Identifier: MIT

import { checkArray, checkChoice, checkInteger, checkKeys, checkNumber, checkObject } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { resolveParameters } from '../../problem/parameters.js';
import type { CrfParameters, Kernel, Normalization, ProblemSize, SigmaUnit } from '../../problem/types.js';
import type { TuneRange, TuneSpace } from './types.js';

/** A number that is searched, or fixed where both ends are equal. */
interface Dimension {
  kernel: 'gaussian' | 'bilateral';
  name: 'sigmaXY' | 'sigmaRGB' | 'compatibility';
  low: number;
  high: number;
}

/** TuneSpace with every default filled in and every value checked. */
export interface ResolvedSpace {
  /** Those that vary come from a point of the unit cube, in this order; the others are fixed. */
  dimensions: readonly Dimension[];
  varying: readonly Dimension[];
  kernels: readonly ('gaussian' | 'bilateral')[];
  sigmaUnit: SigmaUnit;
  normalization: readonly Normalization[];
  /** Rising. */
  iterations: readonly number[];
}

/** A point of the space, all iteration counts together. */
export interface KernelPoint {
  /** In the unit cube, by varying dimension. */
  position: readonly number[];
  normalization: Normalization;
}

/** Diagonal of 500 x 375 pixels, the size of the images that the usual sigmas were found on. */
const usualDiagonal = 625;

const ranges = {
  gaussian: { sigmaXY: [0.5, 5], compatibility: [0.3, 10] },
  bilateral: { sigmaXY: [4, 120], sigmaRGB: [2, 40], compatibility: [0.5, 20] },
} as const satisfies Record<string, Record<string, TuneRange>>;

const normalizations: readonly Normalization[] = ['none', 'before', 'after', 'symmetric'];

/** Throws ArgumentError, which names the value. */
export function resolveSpace(space: TuneSpace, hasImages: boolean): ResolvedSpace {
  const given = checkObject('space', space);
  checkKeys('space', given, ['gaussian', 'bilateral', 'sigmaUnit', 'normalization', 'iterations']);
  const sigmaUnit = checkChoice('space.sigmaUnit', given.sigmaUnit ?? 'pixels', ['pixels', 'diagonal'] as const);
  if (given.bilateral && !hasImages) {
    throw new ArgumentError('space.bilateral', given.bilateral, 'null: a bilateral kernel needs images');
  }
  const dimensions = [
    ...kernelDimensions('gaussian', given.gaussian, sigmaUnit),
    ...kernelDimensions('bilateral', given.bilateral ?? (hasImages ? given.bilateral : null), sigmaUnit),
  ];
  if (dimensions.length === 0) {
    throw new ArgumentError('space', space, 'at least one kernel that is not null: there is nothing to tune');
  }
  const normalization = checkArray('space.normalization', given.normalization ?? ['symmetric', 'after']).map(
    (element, index) => checkChoice(`space.normalization[${index}]`, element, normalizations),
  );
  const iterations = checkArray('space.iterations', given.iterations ?? [1, 2, 5]).map((element, index) =>
    checkInteger(`space.iterations[${index}]`, element, 1, 10000),
  );
  for (const [name, choices] of Object.entries({ normalization, iterations })) {
    if (choices.length === 0) throw new ArgumentError(`space.${name}`, choices, 'at least one choice');
  }
  return {
    dimensions,
    varying: dimensions.filter(({ low, high }) => low < high),
    kernels: [...new Set(dimensions.map(({ kernel }) => kernel))],
    sigmaUnit,
    normalization: [...new Set(normalization)],
    iterations: [...new Set(iterations)].sort((a, b) => a - b),
  };
}

function kernelDimensions(kernel: 'gaussian' | 'bilateral', value: unknown, sigmaUnit: SigmaUnit): Dimension[] {
  if (value === null) return [];
  const usual: Record<string, TuneRange> = ranges[kernel];
  const path = `space.${kernel}`;
  const given = value === undefined ? {} : checkObject(path, value);
  checkKeys(path, given, Object.keys(usual));
  return Object.entries(usual).map(([name, [usualLow, usualHigh]]) => {
    const scale = name === 'sigmaXY' && sigmaUnit === 'diagonal' ? usualDiagonal : 1;
    const range = checkArray(`${path}.${name}`, given[name] ?? [usualLow / scale, usualHigh / scale]);
    if (range.length !== 2) throw new ArgumentError(`${path}.${name}`, range, 'two numbers, [low, high]');
    const low = checkNumber(`${path}.${name}[0]`, range[0], { above: 0 });
    const high = checkNumber(`${path}.${name}[1]`, range[1], { from: low });
    return { kernel, name: name as Dimension['name'], low, high };
  });
}

/** The kernels at a point; values have three digits, which is more than examples can tell apart. */
export function kernelsAt(space: ResolvedSpace, { position, normalization }: KernelPoint): Kernel[] {
  return space.kernels.map((type) => {
    const kernel: Record<string, unknown> = { type };
    for (const dimension of space.dimensions) {
      if (dimension.kernel === type) kernel[dimension.name] = valueAt(space, dimension, position);
    }
    if (space.sigmaUnit === 'diagonal') kernel.sigmaUnit = 'diagonal';
    return { ...kernel, normalization } as unknown as Kernel;
  });
}

/** Path of a dimension in the parameters. */
export function pathOf(space: ResolvedSpace, { kernel, name }: Dimension): string {
  return `kernels[${space.kernels.indexOf(kernel)}].${name}`;
}

export function valueAt(space: ResolvedSpace, dimension: Dimension, position: readonly number[]): number {
  const { low, high } = dimension;
  const index = space.varying.indexOf(dimension);
  if (index < 0) return low;
  // The ends are what the user wrote.
  if (position[index] <= 0) return low;
  if (position[index] >= 1) return high;
  return Number((low * (high / low) ** position[index]).toPrecision(3));
}

/** Checks that every point of the space can be used at this size: sigmas that are too small for it are refused. */
export function checkSpaceAt(space: ResolvedSpace, size: ProblemSize): void {
  const position = space.varying.map(() => 0);
  for (const normalization of space.normalization) {
    resolveParameters({ kernels: kernelsAt(space, { position, normalization }) }, size);
  }
}

export function parametersAt(space: ResolvedSpace, point: KernelPoint, iterations: number): CrfParameters {
  return { kernels: kernelsAt(space, point), iterations };
}
