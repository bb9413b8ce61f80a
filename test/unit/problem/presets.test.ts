// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { readParameters } from '../../../src/cli/refine/parameters.js';
import {
  ArgumentError,
  type CrfPresetName,
  crfPresets,
  DenseCrf,
  defaultParameters,
  resolveParameters,
} from '../../../src/index.js';
import { checkNetwork, presets } from '../../../src/pipeline/index.js';

// A size that the sigmas are for: a lattice refuses those that are too small for an image.
const size = { width: 500, height: 375, labelCount: 2 };
const names = Object.keys(crfPresets) as CrfPresetName[];

test.each(names)('%s stands for its parameters', (name) => {
  const { parameters, source } = crfPresets[name];
  expect(resolveParameters(name, size)).toEqual(resolveParameters(parameters, size));
  expect(source).not.toBe('');
});

test('the defaults have a name', () => {
  expect(crfPresets.pydensecrf.parameters).toBe(defaultParameters);
});

test('a name may stand where parameters do: engines, networks, and --options', async () => {
  const tiny = { width: 4, height: 3, labelCount: 2 };
  const unary = { logits: Float32Array.from({ length: 24 }, (_, i) => Math.sin(7 * i)) };
  const image = { data: Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256), width: 4, height: 3 };
  const marginals = async (parameters: CrfPresetName | undefined, later?: CrfPresetName) => {
    const crf = await DenseCrf.create({ ...tiny, backend: 'cpu', ...(parameters && { parameters }) });
    if (later) crf.setParameters(later);
    await crf.refine({ image, unary });
    const values = await crf.marginals();
    crf.destroy();
    return values;
  };
  const byDefault = await marginals(undefined);
  expect(await marginals('pydensecrf')).toEqual(byDefault);
  expect(await marginals('deeplab-v2')).not.toEqual(byDefault);
  expect(await marginals('deeplab-v2', 'pydensecrf')).toEqual(byDefault);
  const { crf } = checkNetwork({ ...presets.selfie, crf: 'saliency' });
  expect(crf).toEqual(crfPresets.saliency.parameters);
  expect((await readParameters({ options: 'irn' })).parameters).toEqual(crfPresets.irn.parameters);
});

test('another name is told which there are', () => {
  for (const name of ['deeplab', 'toString', '']) {
    expect(() => resolveParameters(name as CrfPresetName, size)).toThrow(ArgumentError);
    expect(() => resolveParameters(name as CrfPresetName, size)).toThrow("'deeplab-v2'");
  }
});
