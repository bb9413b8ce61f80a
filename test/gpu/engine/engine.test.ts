// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { GpuCrf, type GpuCrfOptions } from '../../../src/engine/gpu-crf.js';
import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, type Pattern, randomNumbers, usualKernels } from '../../support/problems.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

function create(size: ProblemSize, parameters: CrfParameters, more: Partial<GpuCrfOptions> = {}): GpuCrf {
  return new GpuCrf({ size, parameters, device: testDevice.device, ...more });
}

function problem(width: number, height: number, labelCount: number, pattern: Pattern = 'blobs') {
  const size = { width, height, labelCount };
  return { size, input: { image: drawnImage(width, height, pattern), unary: { logits: drawnLogits(size) } } };
}

function hashOf(values: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
}

/** What was made on the device so far; reading back is no making. */
function created() {
  const { mapAsync: _reads, ...made } = testDevice.counts();
  return made;
}

/** Runs a problem on both backends and expects the same marginals. */
async function expectTwins(
  { size, input }: ReturnType<typeof problem>,
  parameters: CrfParameters,
  { tolerance = 1e-3, ...more }: Partial<GpuCrfOptions> & { tolerance?: number } = {},
): Promise<void> {
  const gpu = create(size, parameters, more);
  const cpu = await CpuRefiner.create(size, parameters);
  const [onGpu, onCpu] = [await gpu.refine(input), await cpu.refine(input)];
  expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance });
  expect(onGpu.vertexCounts).toEqual(onCpu.vertexCounts);
  expect(await gpu.confidence()).toBeAllClose(await cpu.confidence(), { tolerance });
  expect(await gpu.entropy()).toBeAllClose(await cpu.entropy(), { tolerance: 5 * tolerance });
  gpu.destroy();
}

describe('sizes and patterns', () => {
  test.each([
    [1, 1, 2],
    [1, 1, 1],
    [1, 17, 3],
    [23, 1, 4],
    [3, 5, 5],
    [13, 7, 2],
    [17, 11, 30],
    [16, 12, 150],
  ])('%i × %i with %i labels is what the CPU twin has', async (width, height, labels) => {
    await expectTwins(problem(width, height, labels), { kernels: usualKernels, iterations: 3 });
  });

  test.each(['constant', 'noise'] as const)('%s', async (pattern) => {
    await expectTwins(problem(40, 30, 3, pattern), { kernels: usualKernels, iterations: 3 });
  });

  test.each([
    [200, 60],
    [30, 5],
    [5, 3],
  ])('bilateral sigmas %i and %i', async (sigmaXY, sigmaRGB) => {
    const kernels = [{ type: 'bilateral', sigmaXY, sigmaRGB, compatibility: 5 }] as const;
    await expectTwins(problem(60, 44, 3), { kernels, iterations: 3 });
  });

  test.each([1, 2, 4, 7, 9])('features of %i dimensions', async (featureDim) => {
    const random = randomNumbers(featureDim);
    const features = Float32Array.from({ length: featureDim * 24 * 18 }, () => 4 * random());
    const { size, input } = problem(24, 18, 3);
    await expectTwins({ size, input }, { kernels: [{ type: 'features', features, featureDim }], iterations: 2 });
  });
});

describe('parameters', () => {
  const small = problem(37, 22, 4);
  test.each(['none', 'before', 'after', 'symmetric'] as const)('normalization %s', async (normalization) => {
    const kernels = [{ type: 'bilateral', sigmaXY: 20, sigmaRGB: 13, compatibility: 0.4, normalization }] as const;
    await expectTwins(small, { kernels, iterations: 3 });
    await expectTwins(small, { kernels, iterations: 2, method: 'exact' }, { tolerance: 1e-4 });
  });

  const matrix = [
    [0, 2, 6, 1],
    [2, 0, 1, 1],
    [4, 1, 0, 1],
    [1, 1, 1, -0.5],
  ];
  test.each([
    ['a vector', [-1, -3, -6, -2]],
    ['a matrix', matrix],
  ])('%s of penalties beside Potts, by every method', async (_name, compatibility) => {
    const gaussian = { type: 'gaussian', sigmaXY: 3, compatibility } as const;
    const bilateral = { type: 'bilateral', sigmaXY: 20, sigmaRGB: 13, compatibility: 4 } as const;
    for (const method of ['lattice', 'exact', 'separable'] as const) {
      const kernels = [{ ...gaussian, method }, bilateral];
      await expectTwins(small, { kernels, iterations: 3 });
    }
  });

  test('separable, anisotropic and wider than the image', async () => {
    const kernels = [{ type: 'gaussian', sigmaXY: [2, 40], compatibility: 3, method: 'separable' }] as const;
    await expectTwins(small, { kernels, iterations: 3 }, { tolerance: 1e-4 });
  });

  test('damping, and a tolerance that stops', async () => {
    const parameters = { kernels: usualKernels, iterations: 40, damping: 0.3, tolerance: 1e-3 };
    const gpu = create(small.size, parameters);
    const cpu = await CpuRefiner.create(small.size, parameters);
    const [onGpu, onCpu] = [await gpu.refine(small.input), await cpu.refine(small.input)];
    expect(onGpu.iterations).toBe(onCpu.iterations);
    expect(onGpu.iterations).toBeLessThan(40);
    expect(onGpu.change).toBeLessThanOrEqual(1e-3);
    expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
    gpu.destroy();
  });

  test('a warm start goes on where the last call stopped', async () => {
    const gpu = create(small.size, { kernels: usualKernels, iterations: 2 });
    await gpu.refine(small.input);
    await gpu.refine({ warmStart: true });
    const twice = await gpu.marginals();
    await gpu.start({});
    await gpu.step(4);
    expect(hashOf(await gpu.marginals())).toBe(hashOf(twice));
    gpu.destroy();
  });

  test('new parameters change the result as if they had been there from the start', async () => {
    const other: CrfParameters = {
      kernels: [usualKernels[1], { type: 'gaussian', sigmaXY: 5, compatibility: matrix }],
      iterations: 3,
    };
    const changed = create(small.size, { kernels: usualKernels });
    await changed.refine(small.input);
    changed.setParameters(other);
    await changed.refine({});
    const fresh = create(small.size, other);
    await fresh.refine(small.input);
    expect(await changed.marginals()).toBeAllClose(await fresh.marginals(), { tolerance: 1e-6 });
    changed.destroy();
    fresh.destroy();
  });
});

describe('memory', () => {
  test('rows split over slabs give what one slab gives', async () => {
    const { size, input } = problem(20, 14, 30);
    const kernels = [
      usualKernels[0],
      {
        type: 'bilateral',
        sigmaXY: 20,
        sigmaRGB: 13,
        compatibility: Array.from({ length: 30 }, (_unused, label) => -label / 8),
      },
    ] as const;
    const whole = create(size, { kernels, iterations: 3 });
    const limits = { maxStorageBufferBindingSize: 20 * 14 * 4 * 12 };
    const split = create(size, { kernels, iterations: 3 }, { limits });
    await whole.refine(input);
    await split.refine(input);
    expect(await split.marginals()).toBeAllClose(await whole.marginals(), { tolerance: 1e-5 });
    expect(await split.labelMap()).toEqual(await whole.labelMap());
    expect((await split.energy()).unaryTerm).toBeCloseTo((await whole.energy()).unaryTerm, 1);
    whole.destroy();
    split.destroy();
  });

  test('workgroups and runs of a few items cross every border', async () => {
    const tuning = { workgroupSize: 2, maxRunLength: 2, maxBlockLanes: 1 };
    await expectTwins(problem(15, 11, 6), { kernels: usualKernels, iterations: 3 }, { tuning });
  });

  test('a lattice that outgrows its first guess is built again', async () => {
    const { size, input } = problem(64, 48, 2, 'noise');
    const kernels = [{ type: 'bilateral', sigmaXY: 5, sigmaRGB: 3, compatibility: 5 }] as const;
    const measured = create(size, { kernels });
    const held = create(size, { kernels }, { vertexCapacity: 'worst-case' });
    const { vertexCounts } = await measured.refine(input);
    await held.refine(input);
    expect(vertexCounts[0]).toBeGreaterThan(64 * 48);
    expect(hashOf(await measured.marginals())).toBe(hashOf(await held.marginals()));
    measured.destroy();
    held.destroy();
  });

  test('512² with 21 labels stays under 150 MB, reading back included', async () => {
    const before = testDevice.liveBytes;
    const { size, input } = problem(512, 512, 21);
    const crf = create(size, { kernels: usualKernels, iterations: 1 });
    await crf.refine(input);
    await crf.marginals();
    await crf.labelMap();
    expect(testDevice.liveBytes - before).toBeLessThan(150e6);
    crf.destroy();
    expect(testDevice.liveBytes).toBe(before);
  });
});

describe('the same again', () => {
  test('ten calls and ten engines give the same bits', async () => {
    const { size, input } = problem(96, 64, 5);
    const hashes = new Set<string>();
    const one = create(size, { kernels: usualKernels });
    for (let call = 0; call < 10; call++) {
      await one.refine(input);
      hashes.add(hashOf(await one.marginals()));
    }
    one.destroy();
    for (let engine = 0; engine < 10; engine++) {
      const other = create(size, { kernels: usualKernels });
      await other.refine(input);
      hashes.add(hashOf(await other.marginals()));
      other.destroy();
    }
    expect(hashes.size).toBe(1);
  });

  test('after the first call on a size 200 calls create nothing', async () => {
    const { size, input } = problem(48, 32, 3);
    const crf = create(size, { kernels: usualKernels, iterations: 2 });
    await crf.refine(input);
    await crf.labelMap();
    const before = created();
    for (let call = 0; call < 200; call++) {
      input.unary.logits[call] += 0.5;
      await crf.refine(call % 2 === 0 ? input : { unary: input.unary, warmStart: true });
      if (call % 50 === 0) await crf.labelMap();
    }
    expect(created()).toEqual(before);
    crf.destroy();
  });

  test('with room for the worst case, new images create nothing and nothing is read back', async () => {
    const { size, input } = problem(48, 32, 3);
    const crf = create(size, { kernels: usualKernels, iterations: 2 }, { vertexCapacity: 'worst-case' });
    await crf.refine(input);
    const before = testDevice.counts();
    for (let call = 0; call < 50; call++) {
      await crf.refine({ ...input, image: drawnImage(48, 32, call % 2 === 0 ? 'noise' : 'blobs', call) });
    }
    expect(testDevice.counts()).toEqual(before);
    crf.destroy();
  });

  test('only new images and new sigmas build lattices', async () => {
    const { size, input } = problem(48, 32, 3);
    const crf = create(size, { kernels: usualKernels, iterations: 2 }, { profile: true });
    const stages = async (call: Promise<{ timings: readonly { stage: string }[] }>) =>
      (await call).timings.map(({ stage }) => stage);
    expect(await stages(crf.refine(input))).toContain('embed');
    expect(await stages(crf.refine({ unary: input.unary }))).not.toContain('embed');
    crf.setParameters({ kernels: usualKernels.map((kernel) => ({ ...kernel, compatibility: 2 })), iterations: 3 });
    const reweighted = await stages(crf.refine({}));
    expect(reweighted).not.toContain('embed');
    expect(reweighted).not.toContain('normalization');
    crf.setParameters({ kernels: usualKernels.map((kernel) => ({ ...kernel, normalization: 'after' })) });
    const renormalized = await stages(crf.refine({}));
    expect(renormalized).toContain('normalization');
    expect(renormalized).not.toContain('embed');
    crf.setParameters({ kernels: [usualKernels[0], { type: 'bilateral', sigmaXY: 40, sigmaRGB: 13 }] });
    expect(await stages(crf.refine({}))).toContain('embed');
    crf.destroy();
  });
});
