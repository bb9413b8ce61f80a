// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { ProgramCache } from '../../../src/gpu/program.js';
import { Readback } from '../../../src/gpu/readback.js';
import { FrameCapture } from '../../../src/pipeline/frames/frame-capture.js';
import { FrameResizer, type ResizeForm, resizeTargetBytes } from '../../../src/pipeline/frames/frame-resizer.js';
import { planIngest, planWorkingSize } from '../../../src/pipeline/frames/plan.js';
import { OutputReader } from '../../../src/pipeline/outputs/output-reader.js';
import { resizeToBytes } from '../../../src/reference/pipeline/resize.js';
import { createTestDevice } from '../../support/device.js';
import { randomFloats, randomImage } from '../../support/random.js';

const storage = 0x80 | 0x8 | 0x4;

test('a stream of frames creates nothing, whatever their pixels', async () => {
  const testDevice = await createTestDevice();
  const { device } = testDevice;
  const programs = new ProgramCache(device);
  const context = { device: programs.device, programs, workgroupSize: 64 };
  const [width, height] = [40, 30];
  const frames = [1, 2, 3].map((seed) => ({ data: randomImage(width * height, seed), width, height }));

  const capture = new FrameCapture(context);
  const placement = planIngest({ size: { kind: 'fixed', width: 17, height: 17 }, fit: 'letterbox' }, width, height);
  const form: ResizeForm = {
    kind: 'tensor',
    layout: 'NCHW',
    type: 'float32',
    channels: 'RGB',
    factor: [1, 1, 1],
    offset: [0, 0, 0],
    fill: [0, 0, 0],
  };
  const input = device.createBuffer({ size: resizeTargetBytes(form, placement), usage: storage });
  const network = await FrameResizer.create(context, form, placement, input);
  const working = planWorkingSize({ width, height }, 20);
  const whole = { ...working, window: { x: 0, y: 0, ...working } };
  const image = device.createBuffer({ size: resizeTargetBytes({ kind: 'image' }, working), usage: storage });
  const resizer = await FrameResizer.create(context, { kind: 'image' }, working, image);
  const output = device.createBuffer({ size: 4 * 2 * 9, usage: storage });
  device.queue.writeBuffer(output, 0, new Float32Array(randomFloats(18, 1)));
  const reader = await OutputReader.create(context, {
    layout: 'NCHW',
    activation: 'logits',
    type: 'float32',
    labelCount: 2,
    dims: [1, 2, 3, 3],
    buffer: output,
  });
  await capture.prepare(frames[0]);

  const process = (frame: (typeof frames)[number]) => {
    const encoder = device.createCommandEncoder();
    const texture = capture.encode(encoder, frame);
    const pass = encoder.beginComputePass();
    network.encode(pass, texture, placement);
    resizer.encode(pass, texture, whole);
    reader.encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  process(frames[0]);
  const before = testDevice.counts();
  for (let i = 0; i < 30; i++) process(frames[i % 3]);
  expect(testDevice.counts()).toEqual(before);

  const readback = new Readback(device);
  const words = await readback.words(image, 0, working.width * working.height);
  // The last frame was the third.
  expect(new Uint8Array(words.buffer)).toBeAllClose(resizeToBytes(frames[2], working.width, working.height), {
    tolerance: 1,
  });
  readback.destroy();
  for (const part of [capture, network, resizer, reader, input, image, output]) part.destroy();
  await testDevice.finish();
});
