// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Normalization } from '../../../src/problem/types.js';
import { SeparableFilter as SeparableTwin } from '../../../src/reference/separable.js';
import { filterBoth } from '../../support/filter-fixture.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

interface Case {
  sigmaXY: [number, number];
  normalization: Normalization;
  labelCount: number;
  potts: boolean;
  largestBinding?: number;
  tuning: (typeof tinyTunings)[number];
}

const cases: Case[] = [
  { sigmaXY: [1, 1], normalization: 'symmetric', labelCount: 2, potts: true, tuning: tinyTunings[0] },
  { sigmaXY: [0.6, 30], normalization: 'before', labelCount: 5, potts: true, tuning: tinyTunings[2] },
  { sigmaXY: [3, 1], normalization: 'after', labelCount: 1, potts: false, tuning: tinyTunings[1] },
  { sigmaXY: [2, 2], normalization: 'none', labelCount: 3, potts: true, tuning: tinyTunings[3] },
  { sigmaXY: [2, 2], normalization: 'symmetric', labelCount: 12, potts: false, tuning: tinyTunings[1] },
  {
    sigmaXY: [2, 1],
    normalization: 'symmetric',
    labelCount: 9,
    potts: false,
    largestBinding: 65 * 4 * 8,
    tuning: tinyTunings[1],
  },
];

describe.each(cases)('sigmaXY $sigmaXY, $normalization, $labelCount labels, Potts: $potts', (given) => {
  const { sigmaXY, labelCount, tuning, largestBinding, normalization } = given;
  test('n and the update are what the CPU twin has', async () => {
    const size = { width: 13, height: 5, labelCount };
    const kernel = (given.potts ? pottsKernel : vectorKernel)(size, {
      type: 'gaussian',
      sigmaXY,
      compatibility: 2,
      normalization,
      method: 'separable',
    });
    const problem = { size, kernel, tuning, ...(largestBinding === undefined ? undefined : { largestBinding }) };
    const twin = new SeparableTwin(size, kernel.sigmas);
    const both = await filterBoth(gpu, problem, twin);
    expect(both.factors).toBeAllClose(both.expectedFactors, { tolerance: 1e-5 });
    const tolerance = normalization === 'none' ? 1e-4 : 1e-5;
    expect(both.found).toBeAllClose(both.expected, { tolerance, shape: both.shape });
    expect(both.rows.slabCount > 1).toBe(largestBinding !== undefined);
  });
});

test('another sigma is noticed', async () => {
  const size = { width: 13, height: 5, labelCount: 3 };
  const kernel = pottsKernel(size, { type: 'gaussian', sigmaXY: 2, method: 'separable' });
  const twin = new SeparableTwin(size, [2, 2.05]);
  const problem = { size, kernel, tuning: tinyTunings[4] };
  const both = await filterBoth(gpu, problem, twin);
  expect(() => expect(both.found).toBeAllClose(both.expected, { tolerance: 1e-5 })).toThrow(/largest difference/);
});
