// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFloatNpy } from '../../../src/cli/files/npy.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { Method } from '../../../src/problem/types.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { countWrongLabels, goldenFile, goldenMarginals, goldenNames, goldenTolerance } from '../../support/golden.js';
import { type GoldenProblem, loadGoldenProblem } from '../../support/golden-problem.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

async function startOn({ size, kernels, image, unary }: GoldenProblem, method: Method): Promise<GpuCrf> {
  const crf = new GpuCrf({ size, parameters: { kernels, method }, device: testDevice.device });
  await crf.start({ ...(image && { image: { ...size, data: image } }), unary: { unary } });
  return crf;
}

describe.each(goldenNames)('%s', (name) => {
  test('the lattice gives pydensecrf’s Q, labels and KL', async () => {
    const problem = await loadGoldenProblem(name);
    const kl: Record<string, number> = JSON.parse(readFileSync(goldenFile(name, 'kl.json'), 'utf8'));
    const crf = await startOn(problem, 'lattice');
    let done = 0;
    for (const iterations of problem.iterations) {
      await crf.step(iterations - done);
      done = iterations;
      const expected = await goldenMarginals(name, iterations);
      const tolerance = iterations === 0 ? 1e-5 : goldenTolerance(iterations);
      expect(await crf.marginals()).toBeAllClose(expected, { tolerance });
      expect(countWrongLabels(await crf.labelMap(), expected)).toBe(0);
      const { kl: found } = await crf.energy();
      // Without kernels it is zero but for rounding.
      expect(Math.abs(found - kl[iterations])).toBeLessThan(1e-4 * Math.max(10, Math.abs(kl[iterations])));
    }
    crf.destroy();
  });
});

const exactNames = goldenNames.filter((name) => name !== 'photo-21-labels' && name !== 'scribbles-2-labels');

describe.each(exactNames)('%s', (name) => {
  test('the exact sum gives the double-precision Q', async () => {
    const problem = await loadGoldenProblem(name);
    const crf = await startOn(problem, 'exact');
    let done = 0;
    for (const iterations of problem.iterations.filter((count) => count > 0)) {
      await crf.step(iterations - done);
      done = iterations;
      const expected = (await readFloatNpy(goldenFile(name, `exact_${iterations}.npy`))).data;
      expect(await crf.marginals()).toBeAllClose(expected, { tolerance: 1e-4 });
    }
    crf.destroy();
  });
});
