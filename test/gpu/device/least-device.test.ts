// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuMaskAnalysis } from '../../../src/analysis/cpu-mask-analysis.js';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { CrfParameters } from '../../../src/problem/types.js';
import { createTestDevice, leastLimits, type TestDevice } from '../../support/device.js';
import { maskLabels, maskOperations } from '../../support/mask-operations.js';
import { randomMask } from '../../support/masks.js';
import { drawnImage, drawnLogits } from '../../support/problems.js';
import { randomFloats } from '../../support/random.js';

// A device of somebody else's make: no more than WebGPU promises, and no feature.
let least: TestDevice;
beforeAll(async () => {
  least = await createTestDevice({ limits: leastLimits, features: [] });
});
afterAll(() => least.finish());

test('the device has the least that there is', () => {
  for (const [name, amount] of Object.entries(leastLimits)) {
    expect(Reflect.get(least.device.limits, name), name).toBe(amount);
  }
  expect([...least.device.features].filter((name) => name === 'shader-f16' || name === 'subgroups')).toEqual([]);
});

async function marginalsOn(backend: 'cpu' | GPUDevice, size: Sized, parameters: CrfParameters): Promise<Float32Array> {
  const crf =
    backend === 'cpu'
      ? await DenseCrf.create({ ...size, parameters, backend })
      : new GpuCrf({ size, parameters, device: backend });
  await crf.refine({ image: drawnImage(size.width, size.height), unary: { logits: drawnLogits(size) } });
  const marginals = await crf.marginals();
  crf.destroy();
  return marginals;
}

type Sized = { width: number; height: number; labelCount: number };

const bilateral = { type: 'bilateral', sigmaXY: 20, sigmaRGB: 20, compatibility: 4 } as const;
const gaussian = { type: 'gaussian', sigmaXY: 3, compatibility: 3 } as const;

describe.each<[string, number, CrfParameters]>([
  ['the usual kernels', 3, { kernels: [gaussian, bilateral], iterations: 2 }],
  ['many labels', 45, { kernels: [gaussian, bilateral], iterations: 2 }],
  ['damping and tolerance', 5, { kernels: [gaussian], damping: 0.5, tolerance: 1e-6, iterations: 3 }],
  ['penalties', 4, { kernels: [{ ...bilateral, compatibility: [1, 2, 3, 4] }], iterations: 2 }],
  [
    'exact and separable',
    3,
    {
      kernels: [
        { ...gaussian, method: 'separable' },
        { ...bilateral, method: 'exact' },
      ],
      iterations: 2,
    },
  ],
])('%s', (_name, labelCount, parameters) => {
  test('give what the CPU gives', async () => {
    const size = { width: 31, height: 22, labelCount };
    const expected = await marginalsOn('cpu', size, parameters);
    expect(await marginalsOn(least.device, size, parameters)).toBeAllClose(expected, { tolerance: 2e-5 });
  });
});

test('operations on masks give what the CPU gives', async () => {
  const { data, width, height } = randomMask(31, 22, 0.6, 3);
  const gpu = new GpuMaskAnalysis({ size: { width, height }, labels: maskLabels, device: least.device });
  const cpu = new CpuMaskAnalysis({ width, height }, maskLabels);
  for (const [name, run] of maskOperations) {
    expect(await (await run(gpu, data)).read(), name).toEqual(await (await run(cpu, data)).read());
  }
  gpu.destroy();
});

test('dispatches of more than 65,535 workgroups, direct and indirect, reach every pixel', async () => {
  // Workgroups of one invocation, and as many runs as pixels where each is a simplex of its own.
  const size = { width: 260, height: 256, labelCount: 2 };
  const parameters = { kernels: [{ ...gaussian, sigmaXY: 0.4 }], iterations: 1 };
  const input = { unary: { logits: randomFloats(2 * 260 * 256, 5, 2) } };
  const crf = new GpuCrf({ size, parameters, device: least.device, tuning: { workgroupSize: 1 } });
  const { vertexCounts } = await crf.refine(input);
  expect(vertexCounts[0]).toBeGreaterThan(65_535);
  const twin = await DenseCrf.create({ ...size, parameters, backend: 'cpu' });
  await twin.refine(input);
  expect(await crf.marginals()).toBeAllClose(await twin.marginals(), { tolerance: 2e-5 });
  crf.destroy();
});
