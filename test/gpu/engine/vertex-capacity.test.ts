// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import { GpuCrf, type GpuCrfOptions } from '../../../src/engine/gpu-crf.js';
import { ArgumentError, DeviceError } from '../../../src/problem/errors.js';
import type { CrfParameters } from '../../../src/problem/types.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnImage, drawnLogits } from '../../support/problems.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

const size = { width: 26, height: 19, labelCount: 9 };
const pixelCount = 26 * 19;
/** Noise makes a vertex of nearly every pixel, one colour few. */
const noise = drawnImage(26, 19, 'noise');
const plain = drawnImage(26, 19, 'constant');
const unary = { logits: drawnLogits(size) };
const parameters: CrfParameters = {
  kernels: [{ type: 'bilateral', sigmaXY: 5, sigmaRGB: 3, compatibility: 4 }],
  iterations: 2,
};

function create(more: Partial<GpuCrfOptions>): GpuCrf {
  return new GpuCrf({ size, parameters, device: testDevice.device, ...more });
}

/** Vertices of an image's lattice. */
async function verticesOf(image: typeof noise): Promise<number> {
  const crf = create({});
  const { vertexCounts } = await crf.refine({ image, unary });
  crf.destroy();
  return vertexCounts[0] ?? 0;
}

async function onCpu(calls: (cpu: CpuRefiner) => Promise<unknown>): Promise<Float32Array> {
  const cpu = await CpuRefiner.create(size, parameters);
  await calls(cpu);
  return cpu.marginals();
}

describe('a number', () => {
  const refused = [0, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 'foo', '100', {}, [], null, true];
  test.each(refused.map((value) => ({ value })))('$value is refused by both backends', async ({ value }) => {
    for (const backend of ['cpu', 'webgpu'] as const) {
      const device = backend === 'cpu' ? undefined : testDevice.device;
      const options = { ...size, backend, vertexCapacity: value as number, ...(device && { device }) };
      await expect(DenseCrf.create(options)).rejects.toBeInstanceOf(ArgumentError);
      await expect(DenseCrf.create(options)).rejects.toThrow(/^vertexCapacity: got /);
    }
  });

  test('that is too small is told with what is needed, and the engine goes on', async () => {
    const few = await verticesOf(plain);
    const crf = create({ vertexCapacity: few });
    await expect(crf.refine({ image: noise, unary })).rejects.toThrow(
      new RegExp(`^kernels\\[0\\] makes \\d+ lattice vertices; vertexCapacity has room for ${few}$`),
    );
    await expect(crf.refine({ image: noise, unary })).rejects.toBeInstanceOf(DeviceError);
    // No Q has ever been computed.
    await expect(crf.labelMap()).rejects.toThrow('labelMap');
    const report = await crf.refine({ image: plain, unary });
    expect(report.vertexCounts).toEqual([few]);
    const expected = await onCpu((cpu) => cpu.refine({ image: plain, unary }));
    const q = await crf.marginals();
    expect(q).toBeAllClose(expected, { tolerance: 1e-3 });
    // Neither a warm start nor a cold one takes the Q that there is away.
    for (const warmStart of [true, false]) {
      await expect(crf.refine({ image: noise, warmStart })).rejects.toThrow('vertexCapacity');
      expect(await crf.marginals()).toEqual(q);
      for (const call of [crf.step(), crf.energy()]) await expect(call).rejects.toThrow('vertexCapacity');
    }
    await crf.refine({ image: plain });
    expect(await crf.marginals()).toEqual(q);
    crf.destroy();
  });

  test('of one vertex too few is too few, the very number is enough', async () => {
    const measured = create({});
    const { vertexCounts } = await measured.refine({ image: noise, unary });
    const exact = vertexCounts[0] ?? 0;
    const crf = create({ vertexCapacity: exact });
    expect((await crf.refine({ image: noise, unary })).vertexCounts).toEqual(vertexCounts);
    expect(await crf.marginals()).toEqual(await measured.marginals());
    const short = create({ vertexCapacity: exact - 1 });
    await expect(short.refine({ image: noise, unary })).rejects.toThrow(`makes ${exact} lattice vertices`);
    for (const one of [measured, crf, short]) one.destroy();
  });

  test('above what there can be holds no more than that', async () => {
    const before = testDevice.liveBytes;
    const most = create({ vertexCapacity: 'worst-case' });
    await most.refine({ image: noise, unary });
    const bytes = testDevice.liveBytes - before;
    most.destroy();
    const crf = create({ vertexCapacity: 2 ** 31 - 1 });
    await crf.refine({ image: noise, unary });
    // The count is read back.
    expect(testDevice.liveBytes - before).toBeLessThanOrEqual(bytes + 16);
    crf.destroy();
  });
});

describe('rows of vertices that no binding holds are split', () => {
  // Every lattice there can be has 6 vertices a pixel.
  const mostRows = 6 * pixelCount + 1;

  test.each([
    ['one slab', 12, 1],
    ['two', 8, 2],
    ['a slab a lane', 4, 3],
  ])('worst case, %s', async (_name, channels, slabs) => {
    const limits = { maxStorageBufferBindingSize: mostRows * 4 * channels };
    const crf = create({ vertexCapacity: 'worst-case', limits, tuning: { maxBlockLanes: 1 } });
    const { vertexCounts } = await crf.refine({ image: noise, unary });
    expect(vertexCounts).toEqual([null]);
    const expected = await onCpu((cpu) => cpu.refine({ image: noise, unary }));
    expect(await crf.marginals()).toBeAllClose(expected, { tolerance: 1e-3 });
    // Splat, six axes of blur and slice for each slab, then softmax in two steps.
    expect(crf.dispatchesPerIteration).toBe(slabs * (1 + 6 + 1) + 2 * slabs);
    crf.destroy();
  });

  test('of which not even a lane fits, the error says so', async () => {
    const limits = { maxStorageBufferBindingSize: mostRows * 16 - 1 };
    const crf = create({ vertexCapacity: 'worst-case', limits });
    await expect(crf.refine({ image: noise, unary })).rejects.toThrow(
      `lattices of ${6 * pixelCount} vertices need ${mostRows * 16} bytes in one buffer; the device allows ${mostRows * 16 - 1}`,
    );
    crf.destroy();
  });

  test('when a lattice turns out larger than was guessed: a cold start begins again, a warm one and a step go on', async () => {
    const wanted = (await verticesOf(noise)) + 1;
    expect(wanted).toBeGreaterThan(pixelCount);
    // Room for the guess with all lanes, for what noise makes with one.
    const limits = { maxStorageBufferBindingSize: wanted * 4 * 4 + 2000 * 16 };
    const crf = create({ limits, tuning: { maxBlockLanes: 1 } });
    await crf.refine({ image: plain, unary });
    const narrow = crf.dispatchesPerIteration;
    await crf.refine({ image: noise, warmStart: true });
    expect(crf.dispatchesPerIteration).toBeGreaterThan(narrow);
    const expected = await onCpu(async (cpu) => {
      await cpu.refine({ image: plain, unary });
      await cpu.refine({ image: noise, warmStart: true });
    });
    expect(await crf.marginals()).toBeAllClose(expected, { tolerance: 1e-3 });
    const cold = create({ limits, tuning: { maxBlockLanes: 1 } });
    await cold.refine({ image: noise, unary });
    expect(await cold.marginals()).toBeAllClose(await onCpu((cpu) => cpu.refine({ image: noise, unary })), {
      tolerance: 1e-3,
    });
    const { kl } = await cold.energy();
    const twin = await CpuRefiner.create(size, parameters);
    await twin.refine({ image: noise, unary });
    expect(Math.abs(kl - (await twin.energy()).kl)).toBeLessThan(1e-3 * Math.abs(kl));
    for (const one of [crf, cold]) one.destroy();
  });

  test('and where there is no room even so, no Q is left behind', async () => {
    const limits = { maxStorageBufferBindingSize: (await verticesOf(noise)) * 16 };
    const crf = create({ limits });
    await expect(crf.refine({ image: noise, unary })).rejects.toThrow('vertices need');
    await expect(crf.labelMap()).rejects.toThrow('labelMap');
    await crf.refine({ image: plain });
    const q = await crf.marginals();
    await expect(crf.refine({ image: noise, warmStart: true })).rejects.toThrow('vertices need');
    expect(await crf.marginals()).toEqual(q);
    await crf.refine({ image: plain });
    expect(await crf.marginals()).toEqual(q);
    crf.destroy();
  });
});

test('the penalties of a matrix go from every slab to every other, in the energy too', async () => {
  const matrix = Array.from({ length: 9 }, (_row, a) =>
    Array.from({ length: 9 }, (_column, b) => (a === b ? 0 : 1 + ((a * b) % 4))),
  );
  const kernels = [{ type: 'gaussian', sigmaXY: 3, compatibility: matrix }] as const;
  const limits = { maxStorageBufferBindingSize: pixelCount * 4 * 5 };
  const crf = create({ parameters: { kernels, iterations: 2 }, limits });
  const cpu = await CpuRefiner.create(size, { kernels, iterations: 2 });
  await crf.refine({ unary });
  await cpu.refine({ unary });
  expect(await crf.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-4 });
  const [found, expected] = [await crf.energy(), await cpu.energy()];
  expect(Math.abs(found.pairwiseTerm - expected.pairwiseTerm)).toBeLessThan(1e-3 * Math.abs(expected.pairwiseTerm));
  crf.destroy();
});
