// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';
import { Readback } from '../../src/gpu/readback.js';
import { DenseCrf } from '../../src/index.js';
import { type NetworkDescription, Pipeline } from '../../src/pipeline/index.js';
import { createTestDevice, type DeviceCounts, type TestDevice } from '../support/device.js';
import { tinyModel } from '../support/onnx-models.js';
import { randomNumbers } from '../support/random.js';

const width = 36;
const height = 24;

/** Three labels: as bright, as red, and as blue as the picture is; logits at half size. */
function tinyNetwork(more: Partial<NetworkDescription> = {}): NetworkDescription {
  const weights = Float32Array.of(2, 2, 2, 6, -3, -3, -3, -3, 6);
  return {
    name: 'tiny',
    bytes: tinyModel({
      nodes: [
        { op: 'Conv', inputs: ['image', 'weights'], outputs: ['features'], ints: { kernel_shape: [1, 1] } },
        {
          op: 'AveragePool',
          inputs: ['features'],
          outputs: ['logits'],
          ints: { kernel_shape: [2, 2], strides: [2, 2] },
        },
      ],
      inputs: [{ name: 'image', dims: [1, 3, 16, 24] }],
      outputs: [{ name: 'logits', dims: [1, 3, 8, 12] }],
      initializers: [{ name: 'weights', dims: [3, 3, 1, 1], values: weights }],
    }),
    input: { name: 'image', width: 24, height: 16, layout: 'NCHW', range: [-1, 1] },
    output: { name: 'logits', layout: 'NCHW', activation: 'logits' },
    labels: ['bright', 'red', 'blue'],
    workingSize: 36,
    ...more,
  };
}

/** Left half reddish, right half bluish, with noise. */
function picture(seed = 1, shift = 0) {
  const next = randomNumbers(seed);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const isLeft = pixel % width < width / 2 + shift;
    data.set(
      [isLeft ? 200 : 40, 60, isLeft ? 50 : 210].map((value) => value + 40 * (next() - 0.5)),
      4 * pixel,
    );
    data[4 * pixel + 3] = 255;
  }
  return { data, width, height };
}

let test: TestDevice;
let pipelines: Pipeline[] = [];

async function open(options: Parameters<typeof Pipeline.create>[0] = {}): Promise<Pipeline> {
  test ??= await createTestDevice();
  const pipeline = await Pipeline.create({ network: tinyNetwork(), device: test.device, ...options });
  pipelines.push(pipeline);
  return pipeline;
}

afterEach(async () => {
  await Promise.all(pipelines.map((pipeline) => pipeline.destroy()));
  pipelines = [];
});

describe('segment', () => {
  it('gives each half its label', async () => {
    const pipeline = await open();
    const result = await pipeline.segment(picture());
    expect(result).toMatchObject({ width, height, labels: ['bright', 'red', 'blue'] });
    const labels = await result.labelMap();
    expect(labels[5 * width + 4]).toBe(1);
    expect(labels[5 * width + 30]).toBe(2);
    const marginals = await result.marginals();
    const sum = marginals[0] + marginals[width * height] + marginals[2 * width * height];
    expect(sum).toBeCloseTo(1, 5);
    expect(result.report).toMatchObject({
      frame: { width, height },
      working: { width, height },
      input: { width: 24, height: 16 },
      networkRan: true,
      iterations: 5,
      labelCount: 3,
    });
  });

  it("equals, bit for bit, what DenseCrf makes of the network's logits", async () => {
    const pipeline = await open();
    const image = picture();
    const result = await pipeline.segment(image);
    const { path } = pipeline as unknown as { path: { network: { session: { output: { buffer: GPUBuffer } } } } };
    const readback = new Readback(test.device);
    const logits = await readback.floats(path.network.session.output.buffer, 3 * 8 * 12);
    readback.destroy();
    const crf = await DenseCrf.create({ width, height, labelCount: 3, device: test.device });
    await crf.refine({ image, unary: { logits, width: 12, height: 8 } });
    expect(await result.marginals()).toEqual(await crf.marginals());
    expect(await result.labelMap()).toEqual(await crf.labelMap());
    expect(await result.confidence()).toEqual(await crf.confidence());
    crf.destroy();
  });

  it('takes pictures of any size, and works at the size asked for', async () => {
    const pipeline = await open({ workingSize: 20 });
    const result = await pipeline.segment(picture());
    expect([result.width, result.height]).toEqual([20, 13]);
    const small = await pipeline.segment({ data: new Uint8ClampedArray(4 * 3 * 5).fill(255), width: 3, height: 5 });
    expect([small.width, small.height]).toEqual([3, 5]);
    expect([...new Set(await small.labelMap())]).toEqual([0]);
    await expect(result.labelMap()).rejects.toThrow(/segmentation: got "an earlier one"/);
  });

  it("leaves the network's output alone without a CRF", async () => {
    const pipeline = await open({ crf: null });
    const { report } = await pipeline.segment(picture());
    expect(report.iterations).toBe(0);
  });
});

describe('segmentFrame', () => {
  it('creates nothing once it is warm, and maps nothing', async () => {
    const pipeline = await open();
    for (let frame = 0; frame < 4; frame++) await pipeline.segmentFrame(picture(frame));
    const before = test.counts();
    for (let frame = 0; frame < 20; frame++) await pipeline.segmentFrame(picture(frame));
    expect(withoutBindGroups(test.counts())).toEqual(withoutBindGroups(before));
  });
});

/** onnxruntime makes a bind group a dispatch. */
function withoutBindGroups(counts: DeviceCounts): DeviceCounts {
  return { ...counts, createBindGroup: 0 };
}
