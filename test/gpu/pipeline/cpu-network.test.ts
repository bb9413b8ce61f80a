// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DenseCrf } from '../../../src/index.js';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import { type NetworkDescription, Pipeline } from '../../../src/pipeline/index.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { tinyModel } from '../../support/onnx-models.js';
import { randomNumbers } from '../../support/random.js';
import { tinyDescription, tinyNetwork } from '../../support/tiny-network.js';

/**
 * A sigmoid of what is red, NHWC, at a quarter of the input: probabilities of label 1.
 *
 * @param across one weight, or three, from left to right
 */
function reddish(across: readonly number[] = [1]): NetworkDescription {
  const reach = (across.length - 1) / 2;
  return {
    name: 'reddish',
    bytes: tinyModel({
      nodes: [
        { op: 'Transpose', inputs: ['image'], outputs: ['planes'], ints: { perm: [0, 3, 1, 2] } },
        { op: 'Conv', inputs: ['planes', 'weights'], outputs: ['red'], ints: { pads: [0, reach, 0, reach] } },
        { op: 'AveragePool', inputs: ['red'], outputs: ['coarse'], ints: { kernel_shape: [4, 4], strides: [4, 4] } },
        { op: 'Sigmoid', inputs: ['coarse'], outputs: ['share'] },
        { op: 'Transpose', inputs: ['share'], outputs: ['person'], ints: { perm: [0, 2, 3, 1] } },
      ],
      inputs: [{ name: 'image', dims: [1, 16, 24, 3] }],
      outputs: [{ name: 'person', dims: [1, 4, 6, 1] }],
      initializers: [
        {
          name: 'weights',
          dims: [1, 3, 1, across.length],
          values: Float32Array.from([-1, -1, 3].flatMap((weight) => across.map((place) => place * weight))),
        },
      ],
    }),
    input: {
      ...{ name: 'image', width: 24, height: 16, layout: 'NHWC', channels: 'BGR', range: [-1, 1] },
      ...{ fit: 'letterbox', fill: [20, 40, 60] },
    },
    output: { name: 'person', layout: 'NHWC', activation: 'sigmoid', upsampling: 'align-corners' },
    labels: ['rest', 'person'],
  };
}

function stretched(network: NetworkDescription): NetworkDescription {
  const { fit: _fit, fill: _fill, ...input } = network.input;
  return { ...network, input };
}

/** Of where red rises from left to right: it has another opinion of a mirrored picture. */
const slanted = reddish([-2, 0.5, 2]);
const tiny: NetworkDescription = { ...tinyDescription, bytes: tinyNetwork() };

function picture(width: number, height: number) {
  const random = randomNumbers(width);
  return { data: Uint8ClampedArray.from({ length: 4 * width * height }, () => 255 * random()), width, height };
}

type Pictured = ReturnType<typeof picture>;

function mirroredPicture({ data, width, height }: Pictured): Pictured {
  const words = mirrored(new Uint32Array(data.buffer), width);
  return { data: new Uint8ClampedArray(words.buffer), width, height };
}

/** Rows from right to left. */
function mirrored<Values extends Float32Array | Uint32Array>(values: Values, width: number): Values {
  return values.map((_, i) => values[i - 2 * (i % width) + width - 1]) as Values;
}

function planesOf(unary: object): Float32Array {
  const { logits, probabilities } = { logits: undefined, probabilities: undefined, ...unary };
  return (logits ?? probabilities) as unknown as Float32Array;
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
    ['a sigmoid in the whole input', stretched(reddish()), 33, 33],
    ['the mean of both ways, NHWC, letterboxed', { ...slanted, flipAveraging: true }, 50, 13],
    ['the mean of both ways, NHWC, letterboxed beside the middle', { ...slanted, flipAveraging: true }, 9, 11],
    ['the mean of both ways, NCHW, in three labels', { ...tiny, flipAveraging: true }, 45, 31],
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
      const { logits, probabilities: _, ...place } = { logits: undefined, probabilities: undefined, ...unary };
      return { values: planesOf(unary), place, isLogits: logits !== undefined };
    };
    const [gpu, cpu] = [valuesOf(onGpu), valuesOf(onCpu)];
    expect(cpu.place).toEqual(gpu.place);
    expect(cpu.isLogits).toBe(gpu.isLogits);
    expect(new Set(cpu.values).size).toBeGreaterThan(10);
    expect(gpu.values).toBeAllClose(cpu.values, { tolerance: 1e-3 });
  });

  it('finds the same in a photo and in its mirror image, where it takes the mean of both ways', async () => {
    const image = picture(33, 20);
    const network = stretched(slanted);
    const maps = async (description: NetworkDescription) => {
      const found = await open(description);
      return [planesOf(await found.run(image)), mirrored(planesOf(await found.run(mirroredPicture(image))), 6)];
    };
    const [once, onceMirrored] = await maps(network);
    expect(Math.max(...once.map((value, i) => Math.abs(value - onceMirrored[i])))).toBeGreaterThan(0.1);
    const [twice, twiceMirrored] = await maps({ ...network, flipAveraging: true });
    expect(twice).toBeAllClose(twiceMirrored, { tolerance: 1e-6 });
    expect(twice).toBeAllClose(
      once.map((value, i) => (value + onceMirrored[i]) / 2),
      { tolerance: 1e-6 },
    );
    // Where nothing depends on places, nothing changes.
    expect(planesOf(await (await open({ ...tiny, flipAveraging: true })).run(image))).toBeAllClose(
      planesOf(await (await open(tiny)).run(image)),
      { tolerance: 1e-6 },
    );
  });

  it.each(['cpu', 'webgpu'] as const)('sees frames of a video one way only: %s', async (backend) => {
    const image = picture(33, 20);
    const network = { ...stretched(slanted), flipAveraging: true };
    const device = backend === 'webgpu' ? { device: test.device } : undefined;
    const pipeline = await Pipeline.create({ network, backend, ...device, crf: null });
    const [photo, frame, again] = [pipeline.segment, pipeline.segmentFrame, pipeline.segment];
    const values: Float32Array[] = [];
    for (const call of [photo, frame, again]) values.push(planesOf(await (await call.call(pipeline, image)).unary()));
    await pipeline.destroy();
    const plain = planesOf(await (await open(stretched(slanted))).run(image));
    expect(values[1]).toBeAllClose(plain, { tolerance: 1e-3 });
    expect(Math.max(...values[0].map((value, i) => Math.abs(value - plain[i])))).toBeGreaterThan(0.05);
    expect(values[2]).toEqual(values[0]);
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
