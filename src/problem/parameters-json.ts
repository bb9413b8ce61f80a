// SPDX-License-Identifier: MIT

import { checkArray, checkObject } from './checks.js';
import { ArgumentError } from './errors.js';
import type { CrfParameters, FloatArray } from './types.js';

/** Features as a file holds them: [featureDim, pixelCount] or [featureDim, height, width], divided by their sigmas. */
export interface FeatureArray {
  data: FloatArray;
  shape: readonly number[];
}

/**
 * The plain JSON form of the parameters. It differs from CrfParameters in one place: a `features` kernel has `file`
 * where the object has `features` and `featureDim`. Only that difference is dealt with here; every value is checked by
 * `resolveParameters`, once the size is known.
 *
 * @param json what JSON.parse returned
 * @param loadFeatures reads the array that `file` names; relative to what is the caller's business
 */
export async function parametersFromJson(
  json: unknown,
  loadFeatures: (file: string) => FeatureArray | Promise<FeatureArray>,
): Promise<CrfParameters> {
  const given = checkObject('parameters', json);
  const kernels: unknown[] = [];
  for (const [index, element] of checkArray('kernels', given.kernels).entries()) {
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
  const { file, ...kernel } = checkObject(path, value);
  if (kernel.type !== 'features') {
    if (file === undefined) return kernel;
    throw new ArgumentError(`${path}.file`, file, `no file but for kernels of type 'features'`);
  }
  if (typeof file !== 'string' || file === '') {
    throw new ArgumentError(`${path}.file`, file, 'the name of an array file');
  }
  const { data, shape } = await loadFeatures(file);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length < 2 || count !== data.length) {
    throw new ArgumentError(
      `${path}.file`,
      file,
      `an array [featureDim, pixelCount] or [featureDim, height, width] (it is [${shape.join(', ')}])`,
    );
  }
  const features = data instanceof Float32Array ? data : Float32Array.from(data);
  return { ...kernel, features, featureDim: shape[0] };
}
