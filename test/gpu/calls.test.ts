// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../src/cpu/cpu-refiner.js';
import { GpuCrf } from '../../src/engine/gpu-crf.js';
import type { CrfParameters, Kernel, ProblemSize } from '../../src/problem/types.js';
import {
  afterReuse,
  allRefusals,
  callImage,
  callLogits,
  callSize,
  coloured,
  spatial,
  withoutReuse,
} from '../support/calls.js';
import { createTestDevice, type TestDevice } from '../support/device.js';
import { filledBuffer } from '../support/filled-buffer.js';
import { drawnImage, drawnLogits } from '../support/problems.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

function create(parameters: CrfParameters, size: ProblemSize = callSize): GpuCrf {
  return new GpuCrf({ size, parameters, device: testDevice.device });
}

test('what is refused, before any refinement, without an image and after destroy, is refused as on the CPU', async () => {
  const [onGpu, onCpu] = [
    await allRefusals(create(coloured)),
    await allRefusals(await CpuRefiner.create(callSize, coloured)),
  ];
  expect(onGpu).toEqual(onCpu);
  expect(Object.keys(onGpu.destroyed).length).toBeGreaterThan(20);
});

test('arguments are taken when a call is made, also of calls that nobody waits for', async () => {
  const made = async (parameters: CrfParameters) => create(parameters);
  const [reused, expected] = [await afterReuse(made), await withoutReuse(made)];
  for (const [index, marginals] of expected.entries()) {
    // Rows that moved are rounded once more.
    expect(reused[index]).toBeAllClose(marginals, { tolerance: 1e-5 });
  }
});

test('destroyed while calls are under way, all of them say so, and nothing is left', async () => {
  const crf = create(coloured);
  const calls = [
    crf.refine({ image: callImage, unary: { logits: callLogits } }),
    crf.marginals(),
    crf.step(3),
    crf.gpuResults(),
    crf.energy(),
  ];
  // The first is at work by now.
  await new Promise((resolve) => setTimeout(resolve, 1));
  crf.destroy();
  for (const call of calls) await expect(call).rejects.toThrow('DenseCrf was destroyed');
  const again = create(coloured);
  await again.refine({ image: callImage, unary: { logits: callLogits } });
  const stepping = again.step(2);
  again.destroy();
  await expect(stepping).rejects.toThrow('DenseCrf was destroyed');
});

describe('other parameters', () => {
  const potts: CrfParameters = { kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 2 }], iterations: 2 };
  const changes: Record<string, (labelCount: number) => Kernel> = {
    'a matrix': (labelCount) => ({
      type: 'gaussian',
      sigmaXY: 2,
      compatibility: Array.from({ length: labelCount }, (_row, a) =>
        Array.from({ length: labelCount }, (_column, b) => (a === b ? 0 : 2 + ((a + b) % 2))),
      ),
    }),
    'normalization none': () => ({ type: 'gaussian', sigmaXY: 2, compatibility: 0.2, normalization: 'none' }),
    'another sigma': () => ({ type: 'gaussian', sigmaXY: 4, compatibility: 2 }),
    'another normalization': () => ({ type: 'gaussian', sigmaXY: 2, compatibility: 2, normalization: 'after' }),
    'a weight that rows with a label left out could not tell apart': () => ({
      type: 'gaussian',
      sigmaXY: 2,
      compatibility: 2000,
    }),
  };

  describe.each([5, 9, 21])('%i labels', (labelCount) => {
    const size = { ...callSize, labelCount };
    const unary = { logits: drawnLogits(size) };

    test.each(Object.entries(changes))(
      '%s: the energy is theirs, Q stays, a step goes on from it',
      async (_name, kernel) => {
        const next = { kernels: [kernel(labelCount)], iterations: 2 };
        const [gpu, cpu] = [create(potts, size), await CpuRefiner.create(size, potts)];
        for (const crf of [gpu, cpu]) await crf.refine({ unary });
        const q = await gpu.marginals();
        const results = await gpu.gpuResults();
        for (const crf of [gpu, cpu]) crf.setParameters(next);
        const [found, expected] = [await gpu.energy(), await cpu.energy()];
        for (const term of ['entropyTerm', 'unaryTerm', 'pairwiseTerm'] as const) {
          expect(Math.abs(found[term] - expected[term])).toBeLessThan(1e-3 * (1 + Math.abs(expected[term])));
        }
        expect(await gpu.marginals()).toBeAllClose(q, { tolerance: 1e-6 });
        // What was handed out is still what it was.
        expect(await gpu.gpuResults()).toEqual(results);
        for (const crf of [gpu, cpu]) await crf.step(1);
        expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
        for (const crf of [gpu, cpu]) crf.setParameters(potts);
        for (const crf of [gpu, cpu]) await crf.refine({ warmStart: true });
        expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
        expect(await gpu.labelMap()).toEqual(await cpu.labelMap());
        gpu.destroy();
      },
    );
  });

  test('go back and forth without making anything twice, and the count of invalid pixels stays', async () => {
    const size = { ...callSize, labelCount: 5 };
    const poisoned = drawnLogits(size);
    poisoned[7] = Number.NaN;
    const buffer = filledBuffer(testDevice.device, poisoned);
    const crf = create(potts, size);
    await crf.refine({ unary: { logits: buffer } });
    buffer.destroy();
    expect(await crf.invalidPixelCount()).toBe(1);
    const matrix = { kernels: [changes['a matrix'](5)], iterations: 1 };
    const bytes: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      for (const parameters of [matrix, potts]) {
        crf.setParameters(parameters);
        await crf.step(1);
      }
      expect(await crf.invalidPixelCount()).toBe(1);
      bytes.push(testDevice.liveBytes);
    }
    expect(new Set(bytes.slice(1)).size).toBe(1);
    crf.destroy();
  });

  test('kernels that come and go are counted kernel by kernel', async () => {
    const crf = create(coloured);
    const both = (await crf.refine({ image: callImage, unary: { logits: callLogits } })).vertexCounts;
    crf.setParameters(spatial);
    expect((await crf.refine({})).vertexCounts).toEqual([both[0]]);
    crf.setParameters({ kernels: [...coloured.kernels].reverse() });
    expect((await crf.refine({})).vertexCounts).toEqual([both[1], both[0]]);
    crf.setParameters({ kernels: [] });
    expect((await crf.refine({})).vertexCounts).toEqual([]);
    crf.destroy();
  });
});

describe('logits as far from zero as float32 goes', () => {
  /** What the labels of a pixel get in turn, from the first and from the last. */
  const rows = [[-3.4e38], [3.4e38], [-3.4e38, -3e38], [-3.4e38, 2, 1], [1, 2, -1e9], [3.4e38, 1, -3.4e38], [0, 1]];
  const changed: CrfParameters = {
    kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 2, normalization: 'none' }],
    iterations: 1,
  };

  test.each([1, 2, 3, 5, 9, 21, 30])('%i labels: as on the CPU, also after rows were laid anew', async (labelCount) => {
    const size = { width: 14, height: 4, labelCount };
    const logits = new Float32Array(56 * labelCount);
    for (let pixel = 0; pixel < 56; pixel++) {
      const row = rows[pixel % rows.length];
      for (let label = 0; label < labelCount; label++) {
        const at = pixel < 28 ? label : labelCount - 1 - label;
        logits[label * 56 + pixel] = row[Math.min(at, row.length - 1)];
      }
    }
    const [gpu, cpu] = [create(spatial, size), await CpuRefiner.create(size, spatial)];
    for (const crf of [gpu, cpu]) await crf.refine({ unary: { logits } });
    const compare = async () => {
      expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
      expect(Math.max(...(await gpu.labelMap()))).toBeLessThan(labelCount);
      const { entropyTerm, pairwiseTerm, unaryTerm } = await gpu.energy();
      for (const term of [entropyTerm, pairwiseTerm, unaryTerm]) expect(Number.isFinite(term)).toBe(true);
    };
    await compare();
    for (const crf of [gpu, cpu]) crf.setParameters(changed);
    for (const crf of [gpu, cpu]) await crf.refine({});
    await compare();
    gpu.destroy();
  });

  test('coarse ones too', async () => {
    const size = { width: 12, height: 8, labelCount: 5 };
    const logits = new Float32Array(6 * 4 * 5);
    for (const [index] of logits.entries()) logits[index] = index % 7 === 0 ? 3.4e38 : -3.4e38;
    const [gpu, cpu] = [create(spatial, size), await CpuRefiner.create(size, spatial)];
    for (const crf of [gpu, cpu]) await crf.refine({ unary: { logits, width: 6, height: 4 } });
    expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
    gpu.destroy();
  });
});

describe('features of many dimensions', () => {
  const size = { width: 12, height: 4, labelCount: 3 };
  const featuresOf = (featureDim: number) =>
    Float32Array.from({ length: featureDim * 48 }, (_unused, i) => (((i * 7919) % 1000) / 500) * featureDim ** -0.5);

  async function expectTwins(featureDim: number, more: Partial<Kernel>, method: 'lattice' | 'exact' = 'lattice') {
    const kernel = {
      type: 'features',
      features: featuresOf(featureDim),
      featureDim,
      compatibility: 3,
      ...more,
    } as Kernel;
    const parameters = { kernels: [kernel], method, iterations: 2 };
    const [gpu, cpu] = [create(parameters, size), await CpuRefiner.create(size, parameters)];
    const unary = { logits: drawnLogits(size) };
    const [found, expected] = [await gpu.refine({ unary }), await cpu.refine({ unary })];
    expect(found.vertexCounts).toEqual(expected.vertexCounts);
    expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
    gpu.destroy();
  }

  test.each(['symmetric', 'before', 'after', 'none'] as const)(
    '64 on a lattice, normalization %s',
    async (normalization) => {
      await expectTwins(64, { normalization, compatibility: normalization === 'none' ? 0.1 : 3 });
    },
  );

  test('as many as there may be on a lattice', async () => {
    await expectTwins(255, {});
  });

  test('1000 by the exact sum', async () => {
    await expectTwins(1000, {}, 'exact');
  });

  test('one more than a lattice may have is refused at once, and the object goes on', async () => {
    const features = featuresOf(256);
    const parameters: CrfParameters = { kernels: [{ type: 'features', features, featureDim: 256 }], iterations: 1 };
    const message = 'kernels[0].featureDim: got 256, expected at most 255 on a lattice on WebGPU';
    expect(() => create(parameters, size)).toThrow(message);
    const crf = create(spatial, size);
    expect(() => crf.setParameters(parameters)).toThrow(message);
    await crf.refine({ unary: { logits: drawnLogits(size) } });
    crf.destroy();
    await CpuRefiner.create(size, parameters);
  });
});

test('images of any kind: the bytes of a picture that changes are those it had', async () => {
  const { device } = testDevice;
  const crf = create(coloured);
  const image = drawnImage(9, 6, 'blobs', 3);
  const texture = device.createTexture({ size: [9, 6], format: 'rgba8unorm', usage: 0x4 | 0x2 });
  device.queue.writeTexture({ texture }, image.data as Uint8Array<ArrayBuffer>, { bytesPerRow: 36 }, [9, 6]);
  const data = new Uint8Array(image.data);
  const calls = [crf.refine({ image: { ...image, data }, unary: { logits: callLogits } }), crf.marginals()];
  data.fill(9);
  calls.push(crf.refine({ image: texture }), crf.marginals());
  const [, bytes, , pixels] = await Promise.all(calls);
  expect(bytes).toEqual(pixels);
  crf.destroy();
  texture.destroy();
});
