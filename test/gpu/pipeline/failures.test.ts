// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import type { DeviceLoss, NetworkDescription } from '../../../src/pipeline/index.js';
import { createTestDevice } from '../../support/device.js';
import { tinyModel } from '../../support/onnx-models.js';
import { height, picture, TestPipelines, tinyNetwork, width } from '../../support/tiny-pipeline.js';

const pipelines = new TestPipelines();
const open = pipelines.open.bind(pipelines);

/** Does something with every device that is asked for meanwhile. Returns how many there were. */
async function countingDevices(
  change: (device: GPUDevice, index: number) => unknown,
  work: () => Promise<void>,
): Promise<number> {
  const { requestDevice } = GPUAdapter.prototype;
  let requests = 0;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    change(device, requests++);
    return device;
  };
  try {
    await work();
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
  }
  return requests;
}

describe('a lost device', () => {
  it('is replaced once, and told of once', async () => {
    const losses: DeviceLoss[] = [];
    let tell = () => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const pipeline = await pipelines.openAlone({
      crf: null,
      onDeviceLost: (loss) => {
        losses.push(loss);
        tell();
      },
    });
    const labels = await (await pipeline.segment(picture())).labelMap();
    pipeline.device.destroy();
    await told;
    expect(losses).toEqual([{ message: expect.any(String), rebuilding: true }]);
    expect(await (await pipeline.segment(picture())).labelMap()).toEqual(labels);
    pipeline.device.destroy();
    await expect(pipeline.segment(picture())).rejects.toThrow(/the GPU device was lost again .* reload the page/);
    expect(losses).toHaveLength(2);
    expect(losses[1].rebuilding).toBe(false);
  });

  it('in the middle of a call costs that call nothing', async () => {
    const pipeline = await pipelines.openAlone({ crf: null });
    const labels = await (await pipeline.segment(picture())).labelMap();
    const { device } = pipeline;
    const submit = device.queue.submit.bind(device.queue);
    // With the frame itself: network and refinement are still to come.
    const value = (commands: Iterable<GPUCommandBuffer>) => {
      submit(commands);
      device.destroy();
    };
    Object.defineProperty(device.queue, 'submit', { value, configurable: true, writable: true });
    expect(await (await pipeline.segment(picture())).labelMap()).toEqual(labels);
    expect(pipeline.device).not.toBe(device);
  });

  it.each([0, 5, 60])('while loading, after %d ms, is replaced as well', async (wait) => {
    const losses: DeviceLoss[] = [];
    const onDeviceLost = (loss: DeviceLoss) => void losses.push(loss);
    const requests = await countingDevices(
      // The first device that the pipeline asks for goes away soon after.
      (device, index) => index === 0 && setTimeout(() => device.destroy(), wait),
      async () => {
        const pipeline = await pipelines.openAlone({ crf: null, onDeviceLost });
        await new Promise((resolve) => setTimeout(resolve, wait));
        expect((await (await pipeline.segment(picture())).labelMap())[4]).toBe(1);
      },
    );
    expect(losses).toMatchObject([{ rebuilding: true }]);
    expect(requests).toBe(2);
  });

  it('and lost again while everything is made anew, ends: there is no third device', async () => {
    const loading = await countingDevices(
      (device) => device.destroy(),
      () => expect(pipelines.openAlone({ crf: null })).rejects.toThrow(/the GPU device was lost again/),
    );
    expect(loading).toBe(2);
    let isFailing = false;
    const running = await countingDevices(
      (device) => {
        const submit = device.queue.submit.bind(device.queue);
        const value = (commands: Iterable<GPUCommandBuffer>) => {
          submit(commands);
          if (isFailing) device.destroy();
        };
        Object.defineProperty(device.queue, 'submit', { value, configurable: true, writable: true });
      },
      async () => {
        const pipeline = await pipelines.openAlone({ crf: null });
        isFailing = true;
        for (let call = 0; call < 2; call++) {
          await expect(pipeline.segment(picture())).rejects.toThrow(/the GPU device was lost again/);
        }
      },
    );
    expect(running).toBe(2);
  });

  it("that was the user's is the user's to replace", async () => {
    const own = await createTestDevice();
    const losses: DeviceLoss[] = [];
    const pipeline = await open({ device: own.device, onDeviceLost: (loss) => losses.push(loss) });
    own.device.destroy();
    await expect(pipeline.segment(picture())).rejects.toThrow(/that this pipeline was given was lost: make another/);
    expect(losses).toMatchObject([{ rebuilding: false }]);
  });
});

describe('refusals', () => {
  it('float16 without shader-f16', async () => {
    const plain = await createTestDevice({ features: [] });
    const half = tinyModel({
      nodes: [{ op: 'Relu', inputs: ['image'], outputs: ['logits'] }],
      inputs: [{ name: 'image', dims: [1, 3, 16, 24], elementType: 10 }],
      outputs: [{ name: 'logits', dims: [1, 3, 16, 24], elementType: 10 }],
    });
    const { input, output } = tinyNetwork();
    const network = tinyNetwork({
      bytes: half,
      input: { ...input, type: 'float16' },
      output: { ...output, type: 'float16' },
    });
    await expect(open({ network, device: plain.device })).rejects.toThrow(/^tiny: .*float16.* shader-f16/);
    await plain.finish();
  });

  it('a network too large for the device', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    const huge = tinyModel({
      nodes: [{ op: 'Relu', inputs: ['image'], outputs: ['logits'] }],
      inputs: [{ name: 'image', dims: [1, 3, 4096, 4096] }],
      outputs: [{ name: 'logits', dims: [1, 3, 4096, 4096] }],
    });
    const network = tinyNetwork({ bytes: huge, input: { ...tinyNetwork().input, width: 4096, height: 4096 } });
    await expect(open({ network, ...(device ? { device } : undefined) })).rejects.toThrow(
      /^tiny: tensor image \[1, 3, 4096, 4096\] is too large for the device: .*maxStorageBufferBindingSize is 134217728/,
    );
    device?.destroy();
  });

  const cases: [string, Partial<NetworkDescription>, RegExp][] = [
    [
      'another input',
      { input: { ...tinyNetwork().input, name: 'picture' } },
      /^input.name: got "picture", expected an input of the graph: image/,
    ],
    ['another size', { input: { ...tinyNetwork().input, width: 25 } }, /^input.width: got 25, expected 24/],
    [
      'another type',
      { input: { ...tinyNetwork().input, type: 'float16' } },
      /^input.type: got "float16", expected float32/,
    ],
    ['another layout', { input: { ...tinyNetwork().input, layout: 'NHWC' } }, /^input.layout: got "NHWC"/],
    ['another output', { output: { ...tinyNetwork().output, name: 'scores' } }, /"scores"/],
    ['too few labels', { labels: ['a', 'b'] }, /^labels: got an array of 2, expected 3 names/],
    ['no model', { bytes: new TextEncoder().encode('<!doctype html><title>404</title>') }, /HTML/],
    ['half a model', { bytes: (tinyNetwork().bytes as Uint8Array).slice(0, 150) }, /ONNX/],
    ['another hash', { sha256: '0'.repeat(64) }, /sha256/],
  ];
  it.each(cases)('%s', async (_name, change, message) => {
    await expect(open({ network: tinyNetwork(change) })).rejects.toThrow(message);
  });

  it('is said at once: the release of its device is no loss that asks for another', async () => {
    const bytes = tinyModel({
      nodes: [{ op: 'NoSuchOperator', inputs: ['image'], outputs: ['logits'] }],
      inputs: [{ name: 'image', dims: [1, 3, 16, 24] }],
      outputs: [{ name: 'logits', dims: [1, 3, 8, 12] }],
    });
    const requests = await countingDevices(
      () => undefined,
      () => expect(pipelines.openAlone({ network: tinyNetwork({ bytes }) })).rejects.toThrow(/^tiny: .*NoSuchOperator/),
    );
    expect(requests).toBe(1);
  });

  it("options that can't be", async () => {
    await expect(open({ workingSize: 0 })).rejects.toThrow(/^workingSize: got 0/);
    await expect(open({ network: 'selfies' as 'selfie' })).rejects.toThrow(/'selfie'/);
    await expect(open({ crf: { kernels: [{ type: 'gaussian', sigmaXY: -1 }] } })).rejects.toThrow(/sigmaXY/);
    await expect(open({ dropBelow: 1 })).rejects.toThrow(/^dropBelow: got 1/);
    const pipeline = await open();
    const picturesOf = [undefined, {}, { data: new Uint8Array(3), width: 1, height: 1 }];
    for (const source of picturesOf) {
      await expect(pipeline.segment(source as unknown as ImageData)).rejects.toThrow(/^frame/);
    }
    await expect(pipeline.segment(picture(), { rounds: 2 } as object)).rejects.toThrow(/^options.rounds/);
    const target = { view: {} as GPUTextureView, width: 1, height: 1, format: 'rgba8unorm' } as const;
    await expect(pipeline.draw({ kind: 'overlay' }, target)).rejects.toThrow(/^draw: got "no result yet"/);
    const prompts = { width, height, labelCount: 2, strokes: [{ label: 0, radius: 2, points: [{ x: 1, y: 1 }] }] };
    await expect(pipeline.setPrompts(picture(), prompts)).rejects.toThrow(
      /^prompts.labelCount: got 2, expected a whole number in 3..3/,
    );
    expect((await pipeline.segment(picture())).width).toBe(width);
  });
});
