// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { Tuning } from '../../../src/engine/plan/tuning.js';
import type { Kernel } from '../../../src/problem/types.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';
import { tinyTunings } from '../../support/stage-device.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

const [width, height] = [37, 23];

function inputOf(labelCount: number) {
  return {
    image: drawnImage(width, height, 'blobs'),
    unary: { logits: drawnLogits({ width, height, labelCount }) },
  };
}

function create(labelCount: number, kernels: readonly Kernel[], tuning: Partial<Tuning> = {}): GpuCrf {
  const size = { width, height, labelCount };
  return new GpuCrf({ size, parameters: { kernels, iterations: 4 }, device: testDevice.device, tuning });
}

/** Bits of Q after four iterations in a row, which are chained, and after four that are not. */
async function bothWays(crf: GpuCrf, labelCount: number): Promise<[inARow: Uint32Array, oneByOne: Uint32Array]> {
  const bits = async () => new Uint32Array((await crf.marginals()).buffer);
  await crf.refine(inputOf(labelCount));
  const inARow = await bits();
  await crf.start({});
  for (let done = 0; done < 4; done++) await crf.step();
  return [inARow, await bits()];
}

describe.each(tinyTunings)('workgroups of $workgroupSize, runs of $maxRunLength', (tuning) => {
  test.each([1, 2, 3, 4])('labels: %s; iterations in a row have the bits of single ones', async (labelCount) => {
    const crf = create(labelCount, usualKernels, tuning);
    const [inARow, oneByOne] = await bothWays(crf, labelCount);
    expect(inARow).toEqual(oneByOne);
    expect(crf.dispatchesPerIteration).toBe(12);
    crf.destroy();
  });
});

const [gaussian, bilateral] = usualKernels;
const unchained: { why: string; labelCount: number; kernels: readonly Kernel[]; dispatches: number }[] = [
  { why: 'more than one lane', labelCount: 6, kernels: usualKernels, dispatches: 13 },
  { why: 'a label that is not stored, of five', labelCount: 5, kernels: usualKernels, dispatches: 13 },
  { why: 'one kernel', labelCount: 2, kernels: [bilateral], dispatches: 8 },
  {
    why: 'weights of its own for the slice',
    labelCount: 2,
    kernels: [gaussian, { ...bilateral, normalization: 'after' }],
    dispatches: 13,
  },
  {
    why: 'another method at the end',
    labelCount: 2,
    kernels: [bilateral, { ...gaussian, method: 'separable' } as Kernel],
    dispatches: 10,
  },
];

test.each(unchained)('not with $why', async ({ labelCount, kernels, dispatches }) => {
  const crf = create(labelCount, kernels);
  const [inARow, oneByOne] = await bothWays(crf, labelCount);
  expect(inARow).toEqual(oneByOne);
  expect(crf.dispatchesPerIteration).toBe(dispatches);
  crf.destroy();
});

test('no iteration, or one, or a change of kernels, leaves nothing on the vertices', async () => {
  const crf = create(2, usualKernels);
  const input = inputOf(2);
  await crf.refine(input);
  const expected = await crf.marginals();
  await crf.start({});
  await crf.step(1);
  await crf.energy();
  crf.setParameters({ kernels: [bilateral], iterations: 3 });
  await crf.refine({});
  crf.setParameters({ kernels: usualKernels, iterations: 4 });
  await crf.start({});
  await crf.refine(input);
  expect(await crf.marginals()).toEqual(expected);
  crf.destroy();
});

test('two labels: energy as the CPU twin has it', async () => {
  const size = { width, height, labelCount: 2 };
  for (const normalization of ['symmetric', 'before', 'after'] as const) {
    const kernels = usualKernels.map((kernel) => ({ ...kernel, normalization }));
    const gpu = create(2, kernels);
    const cpu = await CpuRefiner.create(size, { kernels, iterations: 4 });
    await Promise.all([gpu.refine(inputOf(2)), cpu.refine(inputOf(2))]);
    const [found, expected] = [await gpu.energy(), await cpu.energy()];
    expect(Object.values(found)).toBeAllClose(Object.values(expected), {
      tolerance: 1e-6 * Math.abs(expected.pairwiseTerm),
    });
    gpu.destroy();
    cpu.destroy();
  }
});
