// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkNumber } from './checks.js';
import { ArgumentError } from './errors.js';
import { checkLatticeRange, type FeatureExtent } from './lattice-range.js';
import { boundsOf, checkChoiceParameter, checkNumberParameter } from './parameter-checks.js';
import { type CrfParametersOrName, parametersNamed } from './presets.js';
import { readArray, readOptions, readProperties } from './reading.js';
import { crfSchema, kernelSchemas, type NumberParameter } from './schema.js';
import { inOwnMemory, isFloat32Array } from './typed-arrays.js';
import type {
  CrfParameters,
  Kernel,
  Method,
  ProblemSize,
  ResolvedCompatibility,
  ResolvedKernel,
  ResolvedParameters,
} from './types.js';

export { defaultParameters } from './default-parameters.js';

const kernelTypes = Object.keys(kernelSchemas) as Kernel['type'][];

const parameterKeys = [
  'kernels',
  'iterations',
  'method',
  'tolerance',
  'damping',
  'exactWorkLimit',
] as const satisfies (keyof CrfParameters)[];

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
export function checkSize(size: unknown): ProblemSize {
  const given = readProperties('size', size, ['width', 'height', 'labelCount']);
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
export function resolveParameters(parameters: CrfParametersOrName, size: ProblemSize): ResolvedParameters {
  const checkedSize = checkSize(size);
  const given = readOptions('parameters', parametersNamed('parameters', parameters), parameterKeys, '');
  const schema = crfSchema.parameters;
  const method = checkChoiceParameter('method', given.method, schema.method);
  const kernels = readArray('kernels', given.kernels).map((kernel, index) =>
    resolveKernel(`kernels[${index}]`, kernel, method, checkedSize),
  );
  const resolved: ResolvedParameters = {
    kernels,
    iterations: checkNumberParameter('iterations', given.iterations, schema.iterations),
    tolerance: checkNumberParameter('tolerance', given.tolerance, schema.tolerance),
    damping: checkNumberParameter('damping', given.damping, schema.damping),
    exactWorkLimit: checkNumberParameter('exactWorkLimit', given.exactWorkLimit, schema.exactWorkLimit),
  };
  checkExactWork(resolved, checkedSize);
  return resolved;
}

function resolveKernel(path: string, value: unknown, defaultMethod: Method, size: ProblemSize): ResolvedKernel {
  const type = checkChoice(`${path}.type`, readProperties(path, value, ['type']).type, kernelTypes);
  const schema = kernelSchemas[type];
  const known = ['type', ...Object.keys(schema), ...(type === 'features' ? ['features'] : [])];
  const given = readOptions(path, value, known);
  const method = resolveMethod(`${path}.method`, given.method, defaultMethod, type);
  const common = {
    type,
    compatibility: resolveCompatibility(`${path}.compatibility`, given.compatibility, type, size.labelCount),
    normalization: checkChoiceParameter(`${path}.normalization`, given.normalization, schema.normalization),
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
  const schema = kernelSchemas[type].method;
  if (type === 'gaussian') return checkChoiceParameter(path, value, { ...schema, default: defaultMethod });
  if (value === 'separable') {
    throw new ArgumentError(path, value, `'lattice' or 'exact': only gaussian kernels separate`);
  }
  const fallback = defaultMethod === 'separable' ? 'lattice' : defaultMethod;
  return checkChoiceParameter(path, value, { ...schema, default: fallback });
}

/** Sigmas in pixels and on 0..255, each with the extent of what it divides: x, y, then r, g, b. */
function resolveSigmas(
  path: string,
  given: Record<string, unknown>,
  type: 'gaussian' | 'bilateral',
  size: ProblemSize,
): FeatureExtent[] {
  const { width, height } = size;
  const unit = checkChoiceParameter(`${path}.sigmaUnit`, given.sigmaUnit, kernelSchemas[type].sigmaUnit);
  const diagonal = unit === 'diagonal' ? Math.hypot(width, height) : 1;
  const extents = readSigmas(`${path}.sigmaXY`, given.sigmaXY, ['x', 'y'], kernelSchemas[type].sigmaXY, diagonal).map(
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
  const colours = readSigmas(`${path}.sigmaRGB`, given.sigmaRGB, ['r', 'g', 'b'], crfSchema.bilateral.sigmaRGB, 1);
  for (const { sigma, argument, value } of colours) {
    extents.push({ minimum: 0, maximum: 255, sigma, argument, given: value, unitsPerSigma: 1 });
  }
  return extents;
}

/** @param scale of what is given, to the schema's unit */
function readSigmas(
  path: string,
  value: unknown,
  axes: readonly string[],
  schema: NumberParameter & { maximum: number },
  scale: number,
): { sigma: number; argument: string; value: unknown }[] {
  const check = (argument: string, sigma: unknown) =>
    checkNumberParameter(argument, sigma, { ...schema, maximum: schema.maximum / scale });
  if (typeof value === 'number') {
    const sigma = check(path, value);
    return axes.map(() => ({ sigma, argument: path, value }));
  }
  const allowed = `a number, or one for each of ${axes.join(', ')}`;
  const elements = readArray(path, value, allowed);
  if (elements.length !== axes.length) throw new ArgumentError(path, value, allowed);
  return elements.map((element, axis) => {
    const argument = `${path}[${axis}]`;
    return { sigma: check(argument, element), argument, value: element };
  });
}

function resolveFeatures(
  path: string,
  given: Record<string, unknown>,
  size: ProblemSize,
): { features: Float32Array; featureDim: number } {
  const pixelCount = size.width * size.height;
  const featureDim = checkNumberParameter(`${path}.featureDim`, given.featureDim, crfSchema.features.featureDim);
  const expected = featureDim * pixelCount;
  const argument = `${path}.features`;
  if (!isFloat32Array(given.features) || given.features.length !== expected) {
    throw new ArgumentError(
      argument,
      given.features,
      `a Float32Array of ${expected} values ([featureDim ${featureDim}, pixelCount ${pixelCount}])`,
    );
  }
  const features = inOwnMemory(given.features);
  const bad = features.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ArgumentError(`${argument}[${bad}]`, features[bad], 'a finite number');
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

function resolveCompatibility(
  path: string,
  value: unknown,
  type: Kernel['type'],
  labelCount: number,
): ResolvedCompatibility {
  const schema = kernelSchemas[type].compatibility;
  if (value === undefined || typeof value === 'number') {
    return { kind: 'potts', weight: checkNumberParameter(path, value, schema) };
  }
  const shapes = `a number, ${labelCount} numbers, or ${labelCount} rows of ${labelCount} numbers`;
  const rows = readArray(path, value, shapes);
  if (rows.length !== labelCount) throw new ArgumentError(path, value, shapes);
  const penalty = (argument: string, element: unknown) => checkNumber(argument, element, boundsOf(schema));
  if (!rows.some((row) => typeof row === 'object')) {
    return { kind: 'diagonal', penalties: Float32Array.from(rows, (element, i) => penalty(`${path}[${i}]`, element)) };
  }
  const matrix = rows.map((row, a) => {
    const shape = `a row of ${labelCount} numbers`;
    const elements = readArray(`${path}[${a}]`, row, shape);
    if (elements.length !== labelCount) throw new ArgumentError(`${path}[${a}]`, row, shape);
    return elements.map((element, b) => penalty(`${path}[${a}][${b}]`, element));
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
