// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { Tuning } from '../../../src/engine/plan/tuning.js';
import type { KernelVariants } from '../../../src/problem/tuning-table.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { goldenNames } from '../../support/golden.js';
import { type GoldenProblem, loadGoldenProblem } from '../../support/golden-problem.js';
import { tinyTunings } from '../../support/stage-device.js';
import { allVariants, variantName } from '../../support/variants.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

async function marginalsBy(
  { size, kernels, image, unary }: GoldenProblem,
  variants: KernelVariants,
  tuning: Partial<Tuning> = {},
): Promise<Uint32Array> {
  const crf = new GpuCrf({
    size,
    parameters: { kernels, iterations: 2 },
    device: testDevice.device,
    variantsOf: () => variants,
    tuning,
  });
  await crf.refine({ ...(image && { image: { ...size, data: image } }), unary: { unary } });
  const q = await crf.marginals();
  crf.destroy();
  return new Uint32Array(q.buffer);
}

test('the device has subgroups, so that every shape is tried', () => {
  expect(testDevice.device.features.has('subgroups')).toBe(true);
});

const [plain, ...others] = allVariants;
const everyCombination: readonly string[] = ['default-5-labels', 'compatibility-matrix', 'features-grey-3d'];

/** Every splat, with blur and slice by lanes. */
function someOf(variants: readonly KernelVariants[]): KernelVariants[] {
  return variants.filter(({ blur, slice }) => blur === 'lanes' && slice === 'lanes');
}

describe.each(goldenNames)('%s', (name) => {
  // Each combination with the cases whose rows differ most, each shape with all.
  const wanted = everyCombination.includes(name) ? others : someOf(others);
  test(`the same bits by ${wanted.length} combinations of shapes`, async () => {
    const problem = await loadGoldenProblem(name);
    const expected = await marginalsBy(problem, plain);
    for (const variants of wanted) {
      expect(await marginalsBy(problem, variants), variantName(variants)).toEqual(expected);
    }
  });
});

describe.each(tinyTunings.slice(0, 4))('workgroups of $workgroupSize, runs of $maxRunLength', (tuning) => {
  test.each(['default-5-labels', 'compatibility-matrix', 'bilateral-none'] as const)(
    '%s: the same bits',
    async (name) => {
      const problem = await loadGoldenProblem(name);
      const expected = await marginalsBy(problem, plain, tuning);
      for (const variants of someOf(others)) {
        expect(await marginalsBy(problem, variants, tuning), variantName(variants)).toEqual(expected);
      }
    },
  );
});
