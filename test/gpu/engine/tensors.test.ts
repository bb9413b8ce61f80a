// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { bufferUsage } from '../../../src/gpu/buffers.js';
import type { Refiner, UnarySource } from '../../../src/problem/api.js';

import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';

const size = { width: 21, height: 13, labelCount: 2 };
const parameters = { kernels: usualKernels, iterations: 3 };
const image = drawnImage(21, 13);
const logits = drawnLogits(size);

let testDevice: TestDevice;
let gpu: Refiner;
let cpu: Refiner;
beforeAll(async () => {
  testDevice = await createTestDevice();
  gpu = new GpuCrf({ size, parameters, device: testDevice.device });
  cpu = await CpuRefiner.create(size, parameters);
});
afterAll(async () => {
  gpu.destroy();
  await testDevice.finish();
});

/** Larger than its values, as onnxruntime's buffers often are. */
function upload(values: Float32Array<ArrayBuffer>): GPUBuffer {
  const usage = bufferUsage.storage | bufferUsage.copyTarget;
  const buffer = testDevice.device.createBuffer({ label: 'tensor', size: values.byteLength + 64, usage });
  testDevice.device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

async function marginalsOf(crf: Refiner, unary: UnarySource): Promise<Float32Array> {
  await crf.refine({ image, unary });
  return crf.marginals();
}

test('a tensor in a GPUBuffer gives what its values give', async () => {
  const gpuBuffer = upload(Float32Array.from(logits));
  const tensor = {
    dims: [1, 2, 13, 21],
    type: 'float32',
    location: 'gpu-buffer',
    gpuBuffer,
    get data(): never {
      throw new Error('The data is not on CPU.');
    },
  };
  const plain = await marginalsOf(gpu, { logits });
  expect(await marginalsOf(gpu, { logits: tensor })).toEqual(plain);
  const { dims, type, location } = tensor;
  expect(await marginalsOf(gpu, { logits: { dims, type, location, ort_tensor: tensor } as never })).toEqual(plain);
  await expect(
    gpu.refine({ image, unary: { logits: { ...{ dims, location, gpuBuffer }, type: 'float16' } } }),
  ).rejects.toThrow(/^unary\.logits\.type: got "float16", expected float32 in a GPUBuffer$/);
  await expect(cpu.refine({ image, unary: { logits: tensor } })).rejects.toThrow(
    /^unary\.logits: .*reads no GPUBuffer$/,
  );
  gpuBuffer.destroy();
});

test('a foreground mask is the same on both backends, and as marked labels', async () => {
  const flags = Uint8Array.from({ length: 21 * 13 }, (_, i) => Number(i % 21 > 8));
  const asMask = await marginalsOf(gpu, { foreground: flags.map((flag) => 255 * flag) });
  expect(asMask).toBeAllClose(await marginalsOf(cpu, { foreground: flags }), { tolerance: 1e-5 });
  expect(asMask).toBeAllClose(await marginalsOf(gpu, { labels: flags }), { tolerance: 1e-5 });
});
