// SPDX-License-Identifier: MIT

import { checkChoice, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { boundsOf, checkChoiceParameter, checkGivenNumber } from '../../problem/parameter-checks.js';
import { resolveParameters } from '../../problem/parameters.js';
import { readArray, readOptions } from '../../problem/reading.js';
import { crfSchema } from '../../problem/schema.js';
import type { CrfParameters, Kernel, Normalization, ProblemSize, SigmaUnit } from '../../problem/types.js';

/** A number that is searched, or fixed where both ends are equal. */
export interface Dimension {
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
export const usualDiagonal = 625;

/** What is searched of a kernel, in this order. */
const searched = {
  gaussian: ['sigmaXY', 'compatibility'],
  bilateral: ['sigmaXY', 'sigmaRGB', 'compatibility'],
} as const;

/** Throws ArgumentError, which names the value. */
export function resolveSpace(space: unknown, hasImages: boolean): ResolvedSpace {
  const given = readOptions('space', space, ['gaussian', 'bilateral', 'sigmaUnit', 'normalization', 'iterations']);
  const schema = crfSchema.gaussian;
  const sigmaUnit = checkChoiceParameter('space.sigmaUnit', given.sigmaUnit, schema.sigmaUnit);
  if (given.bilateral !== undefined && given.bilateral !== null && !hasImages) {
    throw new ArgumentError('space.bilateral', given.bilateral, 'null: a bilateral kernel needs images');
  }
  const dimensions = [
    ...kernelDimensions('gaussian', given.gaussian, sigmaUnit),
    ...kernelDimensions('bilateral', hasImages ? given.bilateral : null, sigmaUnit),
  ];
  if (dimensions.length === 0) {
    throw new ArgumentError('space', space, 'at least one kernel that is not null: there is nothing to tune');
  }
  const { normalization = schema.normalization.searched, iterations = crfSchema.parameters.iterations.searched } =
    given;
  return {
    dimensions,
    varying: dimensions.filter(({ low, high }) => low < high),
    kernels: [...new Set(dimensions.map(({ kernel }) => kernel))],
    sigmaUnit,
    normalization: choicesOf('space.normalization', normalization, (argument, one) =>
      checkChoice(argument, one, schema.normalization.choices),
    ),
    iterations: choicesOf('space.iterations', iterations, (argument, one) =>
      // Without an iteration there is nothing to compare.
      checkGivenNumber(argument, one, { ...crfSchema.parameters.iterations, minimum: 1 }),
    ).sort((a, b) => a - b),
  };
}

/** Each once, at least one of them. */
function choicesOf<Choice>(
  argument: string,
  value: unknown,
  check: (argument: string, element: unknown) => Choice,
): Choice[] {
  const choices = readArray(argument, value).map((element, index) => check(`${argument}[${index}]`, element));
  if (choices.length === 0) throw new ArgumentError(argument, value, 'at least one choice');
  return [...new Set(choices)];
}

function kernelDimensions(kernel: Dimension['kernel'], value: unknown, sigmaUnit: SigmaUnit): Dimension[] {
  if (value === null) return [];
  const path = `space.${kernel}`;
  const names: readonly Dimension['name'][] = searched[kernel];
  const given = value === undefined ? {} : readOptions<Dimension['name']>(path, value, names);
  return names.map((name) => {
    const schema = schemaOf(kernel, name);
    const scale = name === 'sigmaXY' && sigmaUnit === 'diagonal' ? usualDiagonal : 1;
    const found: Partial<Record<Dimension['name'], unknown>> = given;
    const { [name]: usual = schema.searched.map((end) => end / scale) } = found;
    const range = readArray(`${path}.${name}`, usual, 'two numbers, [low, high]');
    if (range.length !== 2) throw new ArgumentError(`${path}.${name}`, usual, 'two numbers, [low, high]');
    // On a logarithmic scale nothing is 0.
    const { from: _, ...bounds } = boundsOf(schema);
    const low = checkNumber(`${path}.${name}[0]`, range[0], { ...bounds, above: 0 });
    const high = checkNumber(`${path}.${name}[1]`, range[1], { ...bounds, from: low });
    return { kernel, name, low, high };
  });
}

function schemaOf(kernel: Dimension['kernel'], name: Dimension['name']) {
  if (name === 'sigmaRGB') return crfSchema.bilateral.sigmaRGB;
  return crfSchema[kernel][name];
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
