// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { normalizationFlags } from '../../../src/engine/plan/kernel-base.js';
import type { Kernel, Normalization } from '../../../src/problem/types.js';
import { ExactFilter as ExactTwin } from '../../../src/reference/exact.js';
import { kernelFeatures } from '../../../src/reference/features.js';
import { exact } from '../../../src/stages/exact.js';
import { filterBoth } from '../../support/filter-fixture.js';
import { drawnImage, pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomMarginals } from '../../support/random.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const bilateral = { type: 'bilateral', sigmaXY: 6, sigmaRGB: 30, compatibility: 4, method: 'exact' } as const;
const gaussian = { type: 'gaussian', sigmaXY: [2, 4], compatibility: 3, method: 'exact' } as const;
// 77 pixels: more than one of the chunks that the sum is made of.
const [width, height] = [11, 7];

interface Case {
  kernel: Kernel;
  normalization: Normalization;
  labelCount: number;
  potts: boolean;
  largestBinding?: number;
  tuning: (typeof tinyTunings)[number];
}

const cases: Case[] = [
  { kernel: gaussian, normalization: 'symmetric', labelCount: 2, potts: true, tuning: tinyTunings[0] },
  { kernel: gaussian, normalization: 'after', labelCount: 3, potts: false, tuning: tinyTunings[1] },
  { kernel: bilateral, normalization: 'before', labelCount: 5, potts: true, tuning: tinyTunings[2] },
  { kernel: bilateral, normalization: 'none', labelCount: 2, potts: true, tuning: tinyTunings[3] },
  { kernel: bilateral, normalization: 'symmetric', labelCount: 11, potts: false, tuning: tinyTunings[1] },
  {
    kernel: gaussian,
    normalization: 'symmetric',
    labelCount: 9,
    potts: false,
    largestBinding: 77 * 4 * 8,
    tuning: tinyTunings[1],
  },
];

describe.each(cases)('$kernel.type, $normalization, $labelCount labels, Potts: $potts', (given) => {
  const { labelCount, tuning, largestBinding, normalization } = given;
  test('n and the update are what the CPU twin has', async () => {
    const size = { width, height, labelCount };
    const kernel = (given.potts ? pottsKernel : vectorKernel)(size, { ...given.kernel, normalization });
    const image = drawnImage(width, height).data;
    const features = kernelFeatures(kernel, size, image);
    const problem = { size, kernel, tuning, image, ...(largestBinding === undefined ? undefined : { largestBinding }) };
    const both = await filterBoth(gpu, problem, new ExactTwin(features, kernel.featureDim));
    expect(both.factors).toBeAllClose(both.expectedFactors, { tolerance: 1e-5 });
    // Sums that are not normalised are in the hundreds.
    const tolerance = normalization === 'none' ? 1e-3 : 2e-5;
    expect(both.found).toBeAllClose(both.expected, { tolerance, shape: both.shape });
    expect(both.rows.slabCount > 1).toBe(largestBinding !== undefined);
  });
});

test('a sum cut into ranges of pixels', async () => {
  const size = { width, height, labelCount: 4 };
  const kernel = vectorKernel(size, bilateral);
  const tuning = tinyTunings[2];
  const rows = rowsFor(size, [kernel], tuning);
  const features = kernelFeatures(kernel, size, drawnImage(width, height).data);
  const pixelCount = width * height;
  const interleaved = features.map((_value, i) => features[(i % 5) * pixelCount + Math.floor(i / 5)]);
  const q = randomMarginals(pixelCount, 4, 5);
  const logits = gpu.filled(4 * pixelCount + 4, 77);
  const norm = normalizationFlags({ ...kernel, normalization: 'none' });
  for (const [first, end] of [
    [0, 10],
    [10, 11],
    [11, pixelCount],
  ]) {
    await gpu.run(exact, {
      constants: {
        ...rowConstants(rows, tuning),
        featureDim: 5,
        ...norm,
        divides: false,
        secondPass: false,
        firstKernel: false,
        lastKernel: false,
        messageOnly: true,
      },
      bindings: {
        exact: gpu.uniform(pixelCount, first, end, { float: 0.5 }),
        features: gpu.storage(interleaved),
        q: gpu.storage(q),
        norms: gpu.zeros(2 * pixelCount),
        logits,
      },
      items: end - first,
      blocks: rows.blockCount,
    });
  }
  const expected = new Float32Array(4 * pixelCount);
  new ExactTwin(features, 5).addFiltered(q, 4, 0.5, expected);
  const found = await gpu.floats(logits, 4 * pixelCount + 4);
  expect(found.subarray(0, 4 * pixelCount)).toBeAllClose(expected, { tolerance: 1e-4 });
  expect([...found.subarray(4 * pixelCount)]).toEqual([77, 77, 77, 77]);
});
