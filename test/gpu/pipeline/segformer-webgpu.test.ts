// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pipeline } from '../../../src/pipeline/index.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { expectSame } from '../../support/same-segmentation.js';
import { describedSegformer } from '../../support/segformer/described.js';
import { segformerNetwork } from '../../support/segformer/network.js';
import { smallPhoto } from '../../support/small-photo.js';

let device: TestDevice;
beforeAll(async () => {
  device = await createTestDevice();
});
afterAll(() => device.finish());

// A unit test runs it at the size it is described for, which takes software WebGPU too long.
it('SegFormer-B0 runs on the GPU alone, and gives what it gives on the CPU', async () => {
  const network = describedSegformer(segformerNetwork(), { input: { width: 64, height: 64 }, workingSize: 32 });
  const options = { network, dropBelow: 0 };
  const gpu = await Pipeline.create({ ...options, device: device.device });
  const cpu = await Pipeline.create({ ...options, backend: 'cpu' });
  const image = await smallPhoto('astronaut.png', 64, 64);
  // Throws where an operator runs on the CPU.
  const onGpu = await gpu.segment(image);
  expect([gpu.backend, onGpu.labels.length]).toEqual(['webgpu', 150]);
  await expectSame(onGpu, await cpu.segment(image));
  await gpu.destroy();
  await cpu.destroy();
  // Software WebGPU takes minutes to compile the network where other tests run beside.
}, 600_000);
