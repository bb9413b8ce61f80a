// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { createTestDevice } from '../../support/device.js';

const STORAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;

test('a shader runs, and a clean device finishes', async () => {
  const testDevice = await createTestDevice();
  const { device } = testDevice;
  const numbers = device.createBuffer({ label: 'numbers', size: 16, usage: STORAGE });
  const readback = device.createBuffer({
    label: 'readback',
    size: 16,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const module = device.createShaderModule({
    code: `
      @group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
        numbers[i] = f32(i) * 0.5;
      }`,
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: numbers } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(numbers, 0, readback, 0, 16);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  expect(new Float32Array(readback.getMappedRange())).toBeAllClose([0, 0.5, 1, 1.5]);

  expect(testDevice.counts()).toEqual({
    createBuffer: 2,
    createTexture: 0,
    createBindGroup: 1,
    createComputePipeline: 1,
    createRenderPipeline: 0,
    createShaderModule: 1,
    mapAsync: 1,
  });
  expect(testDevice.liveBytes).toBe(32);
  numbers.destroy();
  readback.destroy();
  expect(testDevice.liveCount).toBe(0);
  await testDevice.finish();
});

test('finish names a buffer that was not destroyed', async () => {
  const testDevice = await createTestDevice();
  testDevice.device.createBuffer({ label: 'forgotten', size: 64, usage: STORAGE });
  await expect(testDevice.finish()).rejects.toThrow('Not destroyed: "forgotten" (64 bytes)');
});

test('finish reports a validation error', async () => {
  const testDevice = await createTestDevice();
  const wrong = testDevice.device.createBuffer({
    label: 'wrong',
    size: 64,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE,
  });
  wrong.destroy();
  await expect(testDevice.finish()).rejects.toThrow(/GPU errors:[\s\S]*wrong/);
});

test('smaller limits hold', async () => {
  const testDevice = await createTestDevice({
    limits: { maxStorageBufferBindingSize: 134_217_728, maxComputeWorkgroupSizeX: 256 },
  });
  expect(testDevice.device.limits.maxComputeWorkgroupSizeX).toBe(256);
  await testDevice.finish();
});
