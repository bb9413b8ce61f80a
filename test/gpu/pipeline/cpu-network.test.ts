// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DenseCrf } from '../../../src/index.js';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import { type NetworkDescription, Pipeline } from '../../../src/pipeline/index.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { tinyModel } from '../../support/onnx-models.js';
import { randomNumbers } from '../../support/random.js';
import { tinyDescription, tinyNetwork } from '../../support/tiny-network.js';

/** A sigmoid of what is red, NHWC, at a quarter of the input: probabilities of label 1. */
function reddish(): NetworkDescription {
  return {
    name: 'reddish',
    bytes: tinyModel({
      nodes: [
        { op: 'Transpose', inputs: ['image'], outputs: ['planes'], ints: { perm: [0, 3, 1, 2] } },
        { op: 'Conv', inputs: ['planes', 'weights'], outputs: ['red'], ints: { kernel_shape: [1, 1] } },
        { op: 'AveragePool', inputs: ['red'], outputs: ['coarse'], ints: { kernel_shape: [4, 4], strides: [4, 4] } },
        { op: 'Sigmoid', inputs: ['coarse'], outputs: ['share'] },
        { op: 'Transpose', inputs: ['share'], outputs: ['person'], ints: { perm: [0, 2, 3, 1] } },
      ],
      inputs: [{ name: 'image', dims: [1, 16, 24, 3] }],
      outputs: [{ name: 'person', dims: [1, 4, 6, 1] }],
      initializers: [{ name: 'weights', dims: [1, 3, 1, 1], values: Float32Array.of(-1, -1, 3) }],
    }),
    input: {
      ...{ name: 'image', width: 24, height: 16, layout: 'NHWC', channels: 'BGR', range: [-1, 1] },
      ...{ fit: 'letterbox', fill: [20, 40, 60] },
    },
    output: { name: 'person', layout: 'NHWC', activation: 'sigmoid', upsampling: 'align-corners' },
    labels: ['rest', 'person'],
  };
}

function stretched(): NetworkDescription {
  const network = reddish();
  const { fit: _fit, fill: _fill, ...input } = network.input;
  return { ...network, input };
}

const tiny: NetworkDescription = { ...tinyDescription, bytes: tinyNetwork() };

function picture(width: number, height: number) {
  const random = randomNumbers(width);
  return { data: Uint8ClampedArray.from({ length: 4 * width * height }, () => 255 * random()), width, height };
}

let test: TestDevice;
beforeAll(async () => {
  test = await createTestDevice();
});

const opened: CpuNetwork[] = [];
async function open(...given: Parameters<typeof CpuNetwork.create>): Promise<CpuNetwork> {
  const network = await CpuNetwork.create(...given);
  opened.push(network);
  return network;
}
afterAll(async () => {
  for (const network of opened) await network.destroy();
  await test.finish();
});

describe('a network on the CPU', () => {
  it.each([
    ['logits of a network of free size', tiny, 45, 31],
    ['a sigmoid, letterboxed, from a flat picture', reddish(), 50, 13],
    ['a sigmoid, letterboxed, from a high one', reddish(), 9, 40],
    ['a sigmoid in the whole input', stretched(), 33, 33],
  ])('gives what the pipeline gives on WebGPU: %s', async (_, network, width, height) => {
    const image = picture(width, height);
    const pipeline = await Pipeline.create({ network, device: test.device, crf: null });
    const segmentation = await pipeline.segment(image);
    const onGpu = await segmentation.unary();
    await pipeline.segment(image);
    await expect(segmentation.unary()).rejects.toThrow('segmentation: got "an earlier one"');
    await pipeline.destroy();
    const onCpu = await (await open(network)).run(image);
    const valuesOf = (unary: typeof onCpu) => {
      const { logits, probabilities, ...place } = { logits: undefined, probabilities: undefined, ...unary };
      return { values: (logits ?? probabilities) as unknown as Float32Array, place, isLogits: logits !== undefined };
    };
    const [gpu, cpu] = [valuesOf(onGpu), valuesOf(onCpu)];
    expect(cpu.place).toEqual(gpu.place);
    expect(cpu.isLogits).toBe(gpu.isLogits);
    expect(new Set(cpu.values).size).toBeGreaterThan(10);
    expect(gpu.values).toBeAllClose(cpu.values, { tolerance: 1e-3 });
  });

  it('gives a unary that the CRF takes, of the same bits each time', async () => {
    const image = picture(20, 12);
    image.data.fill(0).forEach((_, i) => {
      if (i % 4 === 0 && (i / 4) % 20 < 7) image.data[i] = 255;
    });
    const network = await open(tiny);
    const unary = await network.run(image);
    expect(await network.run(image)).toEqual(unary);
    const labelCount = network.labels.length;
    const crf = await DenseCrf.create({ width: 20, height: 12, labelCount, backend: 'cpu' });
    crf.setParameters({ kernels: [], iterations: 0 });
    await crf.refine({ unary });
    expect([...(await crf.labelMap())].slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, x) => (x < 7 ? 1 : 0)));
  });
});

describe('refuses', () => {
  it('prompts, float16, images and files that do not fit, and work after its end', async () => {
    await expect(open('colour-prompt')).rejects.toThrow('network: got "colour-prompt", expected one that takes no');
    await expect(open('nothing' as 'person')).rejects.toThrow('preset: got "nothing", expected one of');
    const halves: NetworkDescription = { ...tiny, input: { ...tiny.input, type: 'float16' } };
    await expect(open(halves)).rejects.toThrow(
      'input.type: got "float16", expected \'float32\' for a network on the CPU',
    );
    await expect(open({ ...tiny, labels: ['a', 'b'] })).rejects.toThrow('3 names');
    const network = await open(tiny);
    await expect(network.run({ data: new Uint8Array(7), width: 2, height: 1 })).rejects.toThrow('image.data');
    await expect(network.run({ data: new Uint8Array(), width: 0, height: 1 })).rejects.toThrow('image.width: got 0');
    await network.destroy();
    await expect(network.run(picture(4, 4))).rejects.toThrow('red and blue: the network was destroyed');
  });
});
