// SPDX-License-Identifier: MIT

import { checkCallback } from './checks.js';
import { ArgumentError } from './errors.js';
import { parametersNamed } from './presets.js';
import { readArray, readObject, readProperties } from './reading.js';
import { isFloat32Array, isFloatArray } from './typed-arrays.js';
import type { CrfParameters, FloatArray } from './types.js';

/** Features as a file holds them: [featureDim, pixelCount] or [featureDim, height, width], divided by their sigmas. */
export interface FeatureArray {
  /** Row-major. */
  data: FloatArray;
  /** [featureDim, pixelCount] or [featureDim, height, width]. */
  shape: readonly number[];
}

/**
 * The plain JSON form of the parameters, which `crf.schema.json` describes. It differs from CrfParameters in two places: a `features` kernel has
 * `file` where the object has `features` and `featureDim`, and the address of a schema may stand beside `kernels`, as `$schema`. Only these
 * differences are dealt with here; every value is checked by `resolveParameters`, once the size is known.
 *
 * @param json what JSON.parse returned; it may be the name of a preset
 * @param loadFeatures reads the array that `file` names; relative to what is the caller's business
 * @throws ArgumentError, which names the value; and what `loadFeatures` throws
 */
export async function parametersFromJson(
  json: unknown,
  loadFeatures: (file: string) => FeatureArray | Promise<FeatureArray>,
): Promise<CrfParameters> {
  if (!checkCallback('loadFeatures', loadFeatures)) {
    throw new ArgumentError('loadFeatures', loadFeatures, 'a function');
  }
  const { $schema: _, ...given } = readObject('parameters', parametersNamed('parameters', json));
  const kernels: unknown[] = [];
  for (const [index, element] of readArray('kernels', given.kernels).entries()) {
    kernels.push(await loadKernel(`kernels[${index}]`, element, loadFeatures));
  }
  // Still unchecked: resolveParameters looks at each key and value and trusts no type.
  return { ...given, kernels } as CrfParameters;
}

async function loadKernel(
  path: string,
  value: unknown,
  loadFeatures: (file: string) => FeatureArray | Promise<FeatureArray>,
): Promise<unknown> {
  const { file, ...kernel } = readObject(path, value);
  if (kernel.type !== 'features') {
    if (file === undefined) return kernel;
    throw new ArgumentError(`${path}.file`, file, `no file but for kernels of type 'features'`);
  }
  if (typeof file !== 'string' || file === '') {
    throw new ArgumentError(`${path}.file`, file, 'the name of an array file');
  }
  const loaded = readProperties(`${path}.file`, await loadFeatures(file), ['data', 'shape']);
  const { data } = loaded;
  const shape = readArray(`${path}.file`, loaded.shape, 'an array with a shape').map((extent) =>
    typeof extent === 'number' ? extent : Number.NaN,
  );
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (!isFloatArray(data) || shape.length < 2 || count !== data.length) {
    throw new ArgumentError(
      `${path}.file`,
      file,
      `a Float32Array or Float64Array [featureDim, pixelCount] or [featureDim, height, width] (it is [${shape.join(', ')}])`,
    );
  }
  const features = isFloat32Array(data) ? data : Float32Array.from(data);
  return { ...kernel, features, featureDim: shape[0] };
}
