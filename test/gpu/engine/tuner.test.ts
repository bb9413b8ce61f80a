// SPDX-License-Identifier: MIT

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DenseCrf } from '../../../src/dense-crf.js';
import { rememberedEntries } from '../../../src/engine/tuner/choices.js';
import type { Refiner } from '../../../src/problem/api.js';
import {
  checkTuningTable,
  type KernelVariants,
  type TuningOption,
  tuningVersion,
} from '../../../src/problem/tuning-table.js';
import type { CrfParameters } from '../../../src/problem/types.js';
import { tuneDevice } from '../../../src/tune-device.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnLogits, randomNumbers } from '../../support/problems.js';
import { allVariants, variantName } from '../../support/variants.js';

// Two lanes a row, two dimensions of lattices.
const size = { width: 40, height: 30, labelCount: 9 };
const parameters: CrfParameters = {
  kernels: [
    { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
    { type: 'features', features: features(), featureDim: 1, compatibility: 2 },
  ],
  iterations: 2,
};
const enough = 600_000;
const plain: KernelVariants = { splat: 'runs', blur: 'blocks', slice: 'runs' };

let testDevice: TestDevice;
let ownInfo: GPUAdapterInfo;
beforeAll(async () => {
  testDevice = await createTestDevice();
  ownInfo = testDevice.device.adapterInfo;
});
afterAll(() => testDevice.finish());
afterEach(() => {
  Object.defineProperty(testDevice.device, 'adapterInfo', { value: ownInfo, configurable: true });
});

function features(): Float32Array {
  const random = randomNumbers(3);
  return Float32Array.from({ length: size.width * size.height }, () => 9 * random());
}

/** From now on the device says that it is a GPU of a name nobody else has. */
function disguise(device: string): void {
  const info = { vendor: 'acme', architecture: 'test', device, description: '', isFallbackAdapter: false };
  Object.defineProperty(testDevice.device, 'adapterInfo', { value: info, configurable: true });
}

function create(tuning?: TuningOption): Promise<Refiner> {
  return DenseCrf.create({ ...size, parameters, device: testDevice.device, ...(tuning && { tuning }) });
}

async function bitsOf(crf: Refiner): Promise<Uint32Array> {
  await crf.refine({ unary: { logits: drawnLogits(size) } });
  const q = await crf.marginals();
  return new Uint32Array(q.buffer);
}

function shapesOf({ tuning }: Refiner): KernelVariants[] {
  return (tuning?.entries ?? []).map(({ splat, blur, slice }) => ({ splat, blur, slice }));
}

test('a table has an entry a dimension, leaves nothing behind, and is taken through JSON', async () => {
  const before = testDevice.liveCount;
  const table = await tuneDevice({ ...size, parameters, device: testDevice.device, budget: enough });
  expect(testDevice.liveCount).toBe(before);
  expect(table.entries.map(({ featureDim }) => featureDim)).toEqual([2, 1]);
  expect(checkTuningTable('table', JSON.parse(JSON.stringify(table)))).toEqual(table);
  const crf = await create(table);
  await bitsOf(crf);
  expect(crf.tuning).toEqual(table);
  crf.destroy();
  // The rule stays where shaders run on the CPU.
  expect(rememberedEntries()).toEqual([]);
});

test('a budget that is too short gives no entries, and no error', async () => {
  const table = await tuneDevice({ ...size, parameters, device: testDevice.device, budget: 1 });
  expect(table).toEqual({ version: tuningVersion, entries: [] });
});

test('without a lattice there is nothing to tune', async () => {
  const exact = { ...parameters, method: 'exact' as const };
  const table = await tuneDevice({ ...size, parameters: exact, device: testDevice.device });
  expect(table.entries).toEqual([]);
});

test('software adapters are never tuned by themselves: create binds nothing', async () => {
  const before = testDevice.counts();
  const crf = await create('auto');
  expect(testDevice.counts().createBindGroup).toBe(before.createBindGroup);
  await bitsOf(crf);
  expect(shapesOf(crf)).toEqual([plain, plain]);
  crf.destroy();
});

test('each table that forces shapes has them used, with the same bits', async () => {
  const crf = await create('off');
  const expected = await bitsOf(crf);
  const found = crf.tuning?.entries ?? [];
  crf.destroy();
  // Of every shape one: all combinations are in variants.test.ts.
  for (const variants of allVariants.filter(({ blur, slice }) => blur === 'lanes' && slice === 'lanes')) {
    const entries = found.map((entry) => ({ ...entry, ...variants }));
    const forced = await create({ version: tuningVersion, entries });
    expect(await bitsOf(forced), variantName(variants)).toEqual(expected);
    expect(shapesOf(forced)).toEqual([variants, variants]);
    forced.destroy();
  }
});

describe('on a GPU', () => {
  test('create chooses once, within calls that follow nothing is compiled, and the next engine remembers', async () => {
    disguise('chooses once');
    await tuneDevice({ ...size, parameters, device: testDevice.device, budget: enough });
    const mine = rememberedEntries().filter(({ adapter }) => adapter === 'acme test chooses once');
    expect(mine.map(({ featureDim }) => featureDim)).toEqual([2, 1]);
    const beforeCreation = testDevice.counts();
    const crf = await create();
    // Known already: nothing is measured.
    expect(testDevice.counts().createBindGroup).toBe(beforeCreation.createBindGroup);
    await bitsOf(crf);
    expect(crf.tuning?.entries).toEqual(mine);
    const before = testDevice.counts();
    await bitsOf(crf);
    const after = testDevice.counts();
    expect(after.createComputePipeline).toBe(before.createComputePipeline);
    expect(after.createBindGroup).toBe(before.createBindGroup);
    expect(after.createBuffer).toBe(before.createBuffer);
    crf.destroy();
  });

  test('create measures what nobody has measured, once a device, and gives no error where it can’t', async () => {
    disguise('measures');
    const before = testDevice.counts();
    const first = await create('auto');
    const between = testDevice.counts();
    expect(between.createBindGroup).toBeGreaterThan(before.createBindGroup);
    const second = await create('auto');
    expect(testDevice.counts().createBindGroup).toBe(between.createBindGroup);
    expect(await bitsOf(second)).toEqual(await bitsOf(first));
    first.destroy();
    second.destroy();
  });

  test.each(['off', 'remembered'] as const)('%s measures nothing', async (tuning) => {
    disguise(`measures nothing, ${tuning}`);
    const before = testDevice.counts();
    const crf = await create(tuning);
    expect(testDevice.counts().createBindGroup).toBe(before.createBindGroup);
    await bitsOf(crf);
    expect(shapesOf(crf)).toEqual([plain, plain]);
    crf.destroy();
  });
});
