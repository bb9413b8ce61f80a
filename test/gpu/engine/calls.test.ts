// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { CrfParameters, Kernel, ProblemSize } from '../../../src/problem/types.js';
import {
  afterReuse,
  allRefusals,
  callImage,
  callLogits,
  callSize,
  coloured,
  spatial,
  withoutReuse,
} from '../../support/calls.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { filledBuffer } from '../../support/filled-buffer.js';
import { drawnImage, drawnLogits } from '../../support/problems.js';

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
  const penalties = Array.from({ length: 5 }, (_row, a) =>
    Array.from({ length: 5 }, (_column, b) => (a === b ? 0 : 2)),
  );

  test('go back and forth without making anything twice, and the count of invalid pixels stays', async () => {
    const size = { ...callSize, labelCount: 5 };
    const poisoned = drawnLogits(size);
    poisoned[7] = Number.NaN;
    const buffer = filledBuffer(testDevice.device, poisoned, 0x80);
    const crf = create(potts, size);
    await crf.refine({ unary: { logits: buffer } });
    buffer.destroy();
    expect(await crf.invalidPixelCount()).toBe(1);
    const matrix: CrfParameters = {
      kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: penalties }],
      iterations: 1,
    };
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

describe('features of many dimensions', () => {
  const size = { width: 12, height: 4, labelCount: 3 };
  const featuresOf = (featureDim: number) =>
    Float32Array.from({ length: featureDim * 48 }, (_unused, i) => (((i * 7919) % 1000) / 500) * featureDim ** -0.5);

  test('64 on a lattice, which is more than what is bound unused holds', async () => {
    const kernel: Kernel = { type: 'features', features: featuresOf(64), featureDim: 64, compatibility: 3 };
    const parameters = { kernels: [kernel], iterations: 2 };
    const [gpu, cpu] = [create(parameters, size), await CpuRefiner.create(size, parameters)];
    const unary = { logits: drawnLogits(size) };
    const [found, expected] = [await gpu.refine({ unary }), await cpu.refine({ unary })];
    expect(found.vertexCounts).toEqual(expected.vertexCounts);
    expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-3 });
    gpu.destroy();
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
