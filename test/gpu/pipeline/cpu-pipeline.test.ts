// SPDX-License-Identifier: MIT

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RgbaImage } from '../../../src/index.js';
import { type NetworkDescription, Pipeline, type PipelineOptions } from '../../../src/pipeline/index.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { expectSame } from '../../support/same-segmentation.js';
import { smallPhoto } from '../../support/small-photo.js';
import { picture, tinyNetwork } from '../../support/tiny-pipeline.js';

let device: TestDevice;
beforeAll(async () => {
  device = await createTestDevice();
});
afterAll(() => device.finish());

let opened: Pipeline[] = [];
afterEach(async () => {
  for (const pipeline of opened) await pipeline.destroy();
  opened = [];
});

/** The same pipeline on WebGPU and on the CPU. */
async function openBoth(options: PipelineOptions): Promise<[gpu: Pipeline, cpu: Pipeline]> {
  const gpu = await Pipeline.create({ ...options, device: device.device });
  const cpu = await Pipeline.create({ ...options, backend: 'cpu' });
  opened.push(gpu, cpu);
  expect([gpu.backend, cpu.backend]).toEqual(['webgpu', 'cpu']);
  return [gpu, cpu];
}

describe('gives on the CPU what it gives on WebGPU', () => {
  test('with the network person, of a photograph', async () => {
    const image = await smallPhoto('astronaut.png', 120, 110);
    const [gpu, cpu] = await openBoth({ workingSize: 96 });
    await expectSame(await gpu.segment(image), await cpu.segment(image));
    // Software WebGPU takes minutes to compile the network where other tests run beside.
  }, 600_000);

  test('with colour-prompt, told by a box, in two rounds', async () => {
    const image = await smallPhoto('coffee.png', 120, 80);
    const prompts = { width: 600, height: 400, labelCount: 2, box: { x: 70, y: 10, width: 418, height: 384 } };
    const [gpu, cpu] = await openBoth({ network: 'colour-prompt', workingSize: 96 });
    for (const pipeline of [gpu, cpu]) await pipeline.setPrompts(image, prompts, { rounds: 2 });
    // Of the key image itself, where marks hold, and of another picture.
    await expectSame(await gpu.segment(image), await cpu.segment(image));
    const other = { ...image, data: Uint8Array.from(image.data, (value) => Math.min(255, value + 9)) };
    await expectSame(await gpu.segment(other), await cpu.segment(other));
  }, 300_000);

  test.each<[string, PipelineOptions]>([
    ['all labels kept', {}],
    ['labels that are left out, but not the marked one', { dropBelow: 0.5 }],
    ['at a smaller working size', { workingSize: 20 }],
  ])('with marks over a tiny network: %s', async (_name, options) => {
    const [gpu, cpu] = await openBoth({ network: tinyNetwork(), ...options });
    const image = picture();
    const { width, height } = image;
    const strokes = [{ label: 0, radius: 3, points: [{ x: width / 2, y: height / 2 }] }];
    const box = { x: 2, y: 2, width: width - 8, height: height - 6, inside: 2 };
    for (const pipeline of [gpu, cpu]) {
      await pipeline.setPrompts(image, { width, height, labelCount: 3, box, strokes });
    }
    const onGpu = await gpu.segment(image);
    expect((await onGpu.labelMap())[Math.floor(onGpu.height / 2) * onGpu.width + Math.floor(onGpu.width / 2)]).toBe(0);
    await expectSame(onGpu, await cpu.segment(image));
    // To another picture they say nothing.
    await expectSame(await gpu.segment({ ...image }), await cpu.segment({ ...image }));
  });

  test.each<[string, Partial<NetworkDescription>, PipelineOptions]>([
    ['logits, stretched', {}, {}],
    ['a letterboxed input', { input: { ...tinyNetwork().input, width: 24, height: 16, fit: 'letterbox' } }, {}],
    ['a smaller working size', {}, { workingSize: 20 }],
    ['no refinement', {}, { crf: null }],
    ['the guided filter', {}, { refinement: 'guided' }],
    ['the guided filter over labels that are left out', {}, { refinement: 'guided', dropBelow: 0.5 }],
    ['labels that are left out', {}, { dropBelow: 0.5 }],
    ['probabilities', { output: { ...tinyNetwork().output, activation: 'probabilities' } }, {}],
  ])('with a tiny network: %s', async (_name, more, options) => {
    const [gpu, cpu] = await openBoth({ network: tinyNetwork(more), ...options });
    for (const image of [picture(), square(picture())]) {
      await expectSame(await gpu.segment(image), await cpu.segment(image));
    }
  });

  test.each([false, true])('frame after frame of a video, warm start: %s', async (warmStart) => {
    const [gpu, cpu] = await openBoth({ network: tinyNetwork(), warmStart });
    for (let frame = 0; frame < 5; frame++) {
      const image = picture(frame + 1, frame > 2 ? 3 : 0);
      await expectSame(await gpu.segmentFrame(image), await cpu.segmentFrame(image));
      if (frame === 3) await Promise.all([gpu.restart(), cpu.restart()]);
    }
    for (const pipeline of [gpu, cpu]) pipeline.setSmoothing({ strength: 0.5, hysteresis: 0.1 });
    await expectSame(await gpu.segmentFrame(picture(9)), await cpu.segmentFrame(picture(9)));
  });

  test('after restart the network looks at the first frame, whatever the frame budget says', async () => {
    const ladder = [{ size: 1, iterations: 1, networkEvery: 1000 }];
    for (const pipeline of await openBoth({ network: tinyNetwork(), budget: { ladder } })) {
      const ran: boolean[] = [];
      for (let frame = 0; frame < 4; frame++) {
        if (frame === 2) await pipeline.restart();
        ran.push((await pipeline.segmentFrame(picture())).report.networkRan);
      }
      expect(ran, pipeline.backend).toEqual([true, false, true, false]);
    }
  });
});

/** The same pixels in other places. */
function square({ data }: RgbaImage): RgbaImage {
  return { data: data.slice(0, 4 * 29 * 29), width: 29, height: 29 };
}
