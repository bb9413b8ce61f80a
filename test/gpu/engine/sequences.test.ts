// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, test } from 'vitest';
import { GpuCrf, type GpuCrfOptions } from '../../../src/engine/gpu-crf.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { expectNoHistory } from '../../support/sequences.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

const [width, height] = [11, 8];

const engines: { name: string; labelCount: number; seeds: number; more: Partial<GpuCrfOptions> }[] = [
  { name: '5 labels, of which four may be stored', labelCount: 5, seeds: 6, more: {} },
  { name: '3 labels', labelCount: 3, seeds: 3, more: { vertexCapacity: 'worst-case' } },
  // Two lanes of four channels do not fit one binding.
  {
    name: '9 labels in slabs',
    labelCount: 9,
    seeds: 4,
    more: { limits: { maxStorageBufferBindingSize: 300 * 4 * 7 }, tuning: { maxBlockLanes: 1 } },
  },
];

describe.each(engines)('$name: calls in any order do what fresh engines do', ({ labelCount, seeds, more }) => {
  test.each(Array.from({ length: seeds }, (_unused, seed) => seed + 1))('seed %i', async (seed) => {
    const size = { width, height, labelCount };
    await expectNoHistory({
      size,
      seed: seed + 100 * labelCount,
      length: 20,
      create: async (parameters) => new GpuCrf({ size, parameters, device: testDevice.device, ...more }),
      tolerances: { q: 1e-3, energy: 1e-3 },
      countsVertices: more.vertexCapacity !== 'worst-case',
    });
  });
});
