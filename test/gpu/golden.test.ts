// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPhotograph } from '../../src/cli/files/image.js';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import { GpuCrf } from '../../src/crf/gpu-crf.js';
import { resolveParameters } from '../../src/crf/parameters.js';
import type { CrfParameters, Kernel, Method } from '../../src/crf/types.js';
import { differenceOf } from '../support/close.js';
import { createTestDevice, type TestDevice } from '../support/device.js';
import {
  countWrongLabels,
  type GoldenName,
  goldenCase,
  goldenFile,
  goldenMarginals,
  goldenNames,
  goldenTolerance,
} from '../support/golden.js';

/** Adds up over five or ten iterations to this against pydensecrf; the exact sum is closer. */
const exactTolerance = 1e-4;

async function loadCase(name: GoldenName) {
  const golden = goldenCase(name);
  const kernels: Kernel[] = [];
  for (const given of golden.kernels as (Kernel & { file?: string })[]) {
    const { file, ...kernel } = given;
    if (file === undefined) kernels.push(kernel);
    else {
      const { data, shape } = await readFloatNpy(goldenFile(name, file));
      kernels.push({ ...kernel, features: data, featureDim: shape[0] } as Kernel);
    }
  }
  const unary = (await readFloatNpy(goldenFile(name, 'unary.npy'))).data;
  const image = golden.image === null ? undefined : await readPhotograph(goldenFile(name, golden.image), 1e6);
  return { ...golden, kernels, unary, image };
}

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

describe.each(goldenNames)('%s', (name) => {
  test('the lattice gives pydensecrf’s Q', async () => {
    const { image, unary, kernels, iterations, ...size } = await loadCase(name);
    const crf = new GpuCrf({ size, parameters: { kernels, iterations: 0 }, device: testDevice.device });
    await crf.start({ ...(image && { image }), unary: { unary } });
    let done = 0;
    for (const wanted of iterations) {
      if (wanted > done) await crf.step(wanted - done);
      done = wanted;
      const q = await crf.marginals();
      const expected = await goldenMarginals(name, wanted);
      console.log(name, wanted, differenceOf(q, expected).maximum);
      expect(q).toBeAllClose(expected, { tolerance: wanted === 0 ? 1e-5 : goldenTolerance(wanted) });
      expect(countWrongLabels(await crf.labelMap(), expected)).toBe(0);
    }
    crf.destroy();
  });
});
