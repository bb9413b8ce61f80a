// SPDX-License-Identifier: MIT

import {
  checkArray,
  checkChoice,
  checkInteger,
  checkKeys,
  checkNumber,
  checkObject,
  firstNonFinite,
} from './checks.js';
import { ArgumentError } from './errors.js';
import { checkLatticeRange, type FeatureExtent } from './lattice-range.js';
import type {
  CrfParameters,
  Kernel,
  Method,
  Normalization,
  ProblemSize,
  ResolvedCompatibility,
  ResolvedKernel,
  ResolvedParameters,
  SigmaUnit,
} from './types.js';

/** The usual pair of kernels and weights, as in Krähenbühl and Koltun's own code. */
export const defaultParameters: CrfParameters = {
  kernels: [
    { type: 'gaussian', sigmaXY: 3, compatibility: 3, normalization: 'symmetric' },
    {
      type: 'bilateral',
      sigmaXY: 80,
      sigmaRGB: 13,
      compatibility: 10,
      normalization: 'symmetric',
    },
  ],
  iterations: 5,
};

const methods: readonly Method[] = ['lattice', 'exact', 'separable'];
const normalizations: readonly Normalization[] = ['none', 'before', 'after', 'symmetric'];
const sigmaUnits: readonly SigmaUnit[] = ['pixels', 'diagonal'];
const kernelTypes: readonly Kernel['type'][] = ['gaussian', 'bilateral', 'features'];

const parameterKeys = [
  'kernels',
  'iterations',
  'method',
  'tolerance',
  'damping',
  'exactWorkLimit',
] as const satisfies (keyof CrfParameters)[];

const commonKeys = ['type', 'compatibility', 'normalization', 'method'];
const kernelKeys: Record<Kernel['type'], readonly string[]> = {
  gaussian: [...commonKeys, 'sigmaXY', 'sigmaUnit'],
  bilateral: [...commonKeys, 'sigmaXY', 'sigmaRGB', 'sigmaUnit'],
  features: [...commonKeys, 'features', 'featureDim'],
};

/** Default weight of the Potts compatibility. */
const defaultWeight: Record<Kernel['type'], number> = { gaussian: 3, bilateral: 10, features: 10 };

/** Indices into typed arrays, and 32-bit offsets on the GPU, stay exact below this. */
const maximumCount = 2 ** 31 - 1;

/**
 * Pixels to either side that a separable kernel reaches: four sigmas, where the weight is 3e-4 of the centre's and 6e-5
 * of the whole lies beyond.
 */
export function separableRadius(sigma: number): number {
  return Math.ceil(4 * sigma);
}

/** Sizes of 1 and more, whose products can still be counted. Throws ArgumentError. */
export function checkSize(size: ProblemSize): ProblemSize {
  const given = checkObject('size', size);
  const width = checkInteger('width', given.width, 1, maximumCount);
  const height = checkInteger('height', given.height, 1, maximumCount);
  const labelCount = checkInteger('labelCount', given.labelCount, 1, maximumCount);
  const elements = width * height * labelCount;
  if (elements > maximumCount) {
    throw new ArgumentError('width * height * labelCount', elements, `at most ${maximumCount} values`);
  }
  return { width, height, labelCount };
}

/**
 * Fills in every default and checks every value against one problem size. The result shares no memory with
 * `parameters`, except for the arrays of `features` kernels. Throws ArgumentError, which names the value.
 */
export function resolveParameters(parameters: CrfParameters, size: ProblemSize): ResolvedParameters {
  const checkedSize = checkSize(size);
  const given = checkObject('parameters', parameters);
  checkKeys('', given, parameterKeys);
  const method = checkChoice('method', given.method ?? 'lattice', methods);
  const kernels = checkArray('kernels', given.kernels).map((kernel, index) =>
    resolveKernel(`kernels[${index}]`, kernel, method, checkedSize),
  );
  const resolved: ResolvedParameters = {
    kernels,
    iterations: checkInteger('iterations', given.iterations ?? 5, 0, 10000),
    tolerance: checkNumber('tolerance', given.tolerance ?? 0, { from: 0 }),
    damping: checkNumber('damping', given.damping ?? 0, { from: 0, below: 1 }),
    exactWorkLimit: checkNumber('exactWorkLimit', given.exactWorkLimit ?? 2e11, {
      above: 0,
      infinity: true,
    }),
  };
  checkExactWork(resolved, checkedSize);
  return resolved;
}

function resolveKernel(path: string, value: unknown, defaultMethod: Method, size: ProblemSize): ResolvedKernel {
  const given = checkObject(path, value);
  const type = checkChoice(`${path}.type`, given.type, kernelTypes);
  checkKeys(path, given, kernelKeys[type]);
  const method = resolveMethod(`${path}.method`, given.method, defaultMethod, type);
  const common = {
    type,
    compatibility: resolveCompatibility(
      `${path}.compatibility`,
      given.compatibility ?? defaultWeight[type],
      size.labelCount,
    ),
    normalization: checkChoice(`${path}.normalization`, given.normalization ?? 'symmetric', normalizations),
    method,
  };
  if (type === 'features') {
    const { features, featureDim } = resolveFeatures(path, given, size);
    if (method === 'lattice') {
      checkLatticeRange(extentsOfFeatures(`${path}.features`, features, featureDim));
    }
    const sigmas = new Array<number>(featureDim).fill(1);
    return { ...common, featureDim, sigmas, features };
  }
  const extents = resolveSigmas(path, given, type, size);
  if (method === 'lattice') checkLatticeRange(extents);
  return { ...common, featureDim: extents.length, sigmas: extents.map((extent) => extent.sigma) };
}

/** `separable` as everybody's method means the gaussian kernels; the others then use the lattice. */
function resolveMethod(path: string, value: unknown, defaultMethod: Method, type: Kernel['type']): Method {
  if (type === 'gaussian') return checkChoice(path, value ?? defaultMethod, methods);
  const fallback = defaultMethod === 'separable' ? 'lattice' : defaultMethod;
  if (value === 'separable') {
    throw new ArgumentError(path, value, `'lattice' or 'exact': only gaussian kernels separate`);
  }
  return checkChoice(path, value ?? fallback, methods);
}

/** Sigmas in pixels and on 0..255, each with the extent of what it divides: x, y, then r, g, b. */
function resolveSigmas(
  path: string,
  given: Record<string, unknown>,
  type: 'gaussian' | 'bilateral',
  size: ProblemSize,
): FeatureExtent[] {
  const { width, height } = size;
  const unit = checkChoice(`${path}.sigmaUnit`, given.sigmaUnit ?? 'pixels', sigmaUnits);
  const diagonal = unit === 'diagonal' ? Math.hypot(width, height) : 1;
  const extents = readSigmas(`${path}.sigmaXY`, given.sigmaXY, ['x', 'y']).map(
    ({ sigma, argument, value }, axis): FeatureExtent => ({
      minimum: 0,
      maximum: axis === 0 ? width - 1 : height - 1,
      sigma: sigma * diagonal,
      argument,
      given: value,
      unitsPerSigma: 1 / diagonal,
    }),
  );
  if (type === 'gaussian') return extents;
  for (const { sigma, argument, value } of readSigmas(`${path}.sigmaRGB`, given.sigmaRGB, ['r', 'g', 'b'])) {
    extents.push({ minimum: 0, maximum: 255, sigma, argument, given: value, unitsPerSigma: 1 });
  }
  return extents;
}

function readSigmas(
  path: string,
  value: unknown,
  axes: readonly string[],
): { sigma: number; argument: string; value: unknown }[] {
  if (!Array.isArray(value)) {
    if (typeof value !== 'number') {
      throw new ArgumentError(path, value, `a number or one for each of ${axes.join(', ')}`);
    }
    const sigma = checkSigma(path, value);
    return axes.map(() => ({ sigma, argument: path, value }));
  }
  if (value.length !== axes.length) {
    throw new ArgumentError(path, value, `one number for each of ${axes.join(', ')}`);
  }
  return value.map((element: unknown, axis) => {
    const argument = `${path}[${axis}]`;
    return { sigma: checkSigma(argument, element), argument, value: element };
  });
}

/** Features are float32, so a sigma must be representable (and invertible) there. */
function checkSigma(path: string, value: unknown): number {
  const sigma = checkNumber(path, value, { above: 0 });
  return checkNumber(path, sigma, { from: 1e-30, to: 1e30 });
}

function resolveFeatures(
  path: string,
  given: Record<string, unknown>,
  size: ProblemSize,
): { features: Float32Array; featureDim: number } {
  const pixelCount = size.width * size.height;
  const featureDim = checkInteger(`${path}.featureDim`, given.featureDim, 1, 1024);
  const { features } = given;
  const expected = featureDim * pixelCount;
  if (!(features instanceof Float32Array) || features.length !== expected) {
    throw new ArgumentError(
      `${path}.features`,
      features,
      `a Float32Array of ${expected} values ([featureDim ${featureDim}, pixelCount ${pixelCount}])`,
    );
  }
  const bad = firstNonFinite(features);
  if (bad >= 0) {
    throw new ArgumentError(`${path}.features[${bad}]`, features[bad], 'a finite number');
  }
  return { features, featureDim };
}

function extentsOfFeatures(argument: string, features: Float32Array, featureDim: number): FeatureExtent[] {
  const pixelCount = features.length / featureDim;
  return Array.from({ length: featureDim }, (_, dimension) => {
    let minimum = Number.POSITIVE_INFINITY;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let i = dimension * pixelCount; i < (dimension + 1) * pixelCount; i++) {
      if (features[i] < minimum) minimum = features[i];
      if (features[i] > maximum) maximum = features[i];
    }
    return { minimum, maximum, sigma: 1, argument, given: features, unitsPerSigma: 1 };
  });
}

function resolveCompatibility(path: string, value: unknown, labelCount: number): ResolvedCompatibility {
  if (typeof value === 'number') {
    return { kind: 'potts', weight: checkNumber(path, value) };
  }
  const shapes = `a number, ${labelCount} numbers, or ${labelCount} rows of ${labelCount} numbers`;
  if (!Array.isArray(value) || value.length !== labelCount) {
    throw new ArgumentError(path, value, shapes);
  }
  const rows: readonly unknown[] = value;
  if (!rows.some(Array.isArray)) {
    const penalties = rows.map((element, i) => checkNumber(`${path}[${i}]`, element));
    return { kind: 'diagonal', penalties: Float32Array.from(penalties) };
  }
  const matrix = rows.map((row, a) => {
    if (!Array.isArray(row) || row.length !== labelCount) {
      throw new ArgumentError(`${path}[${a}]`, row, `a row of ${labelCount} numbers`);
    }
    return row.map((element: unknown, b) => checkNumber(`${path}[${a}][${b}]`, element));
  });
  const penalties = new Float32Array(labelCount * labelCount);
  for (let a = 0; a < labelCount; a++) {
    for (let b = 0; b < labelCount; b++) {
      penalties[a * labelCount + b] = (matrix[a][b] + matrix[b][a]) / 2;
    }
  }
  return { kind: 'matrix', penalties };
}

/** Pairs that one call would evaluate with method `exact`: pixelCount² a kernel and iteration, and once for n. */
function checkExactWork(resolved: ResolvedParameters, size: ProblemSize): void {
  const { kernels, iterations, exactWorkLimit } = resolved;
  const index = kernels.findIndex((kernel) => kernel.method === 'exact');
  if (index < 0) return;
  const count = kernels.filter((kernel) => kernel.method === 'exact').length;
  const work = count * (size.width * size.height) ** 2 * (iterations + 1);
  if (work <= exactWorkLimit) return;
  const cost = `${work.toExponential(2)} kernel evaluations are above exactWorkLimit ${exactWorkLimit.toExponential(2)}`;
  throw new ArgumentError(
    `kernels[${index}].method`,
    'exact',
    `'lattice' at this size (${cost}; raise exactWorkLimit to run it all the same)`,
  );
}
