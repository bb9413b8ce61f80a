// SPDX-License-Identifier: MIT

import { afterEach } from 'vitest';
import { type NetworkDescription, Pipeline } from '../../src/pipeline/index.js';
import { createTestDevice, type TestDevice } from './device.js';
import { tinyModel } from './onnx-models.js';
import { randomNumbers } from './random.js';

/** Of `picture`, in pixels. */
export const width = 36;
export const height = 24;

/** Three labels: as bright, as red, and as blue as the picture is; logits at half size. */
export function tinyNetwork(more: Partial<NetworkDescription> = {}): NetworkDescription {
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
export function picture(seed = 1, shift = 0) {
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

/** Pipelines of one test file. They share a device unless they are given another, and end with the test that opened them. */
export class TestPipelines {
  #device: TestDevice | undefined;
  #opened: Pipeline[] = [];

  constructor() {
    afterEach(async () => {
      await Promise.all(this.#opened.map((pipeline) => pipeline.destroy()));
      this.#opened = [];
    });
  }

  /** The shared device; there is none before the first pipeline. */
  get device(): TestDevice {
    if (!this.#device) throw new Error('no pipeline has been opened yet');
    return this.#device;
  }

  async open(options: Parameters<typeof Pipeline.create>[0] = {}): Promise<Pipeline> {
    this.#device ??= await createTestDevice();
    return this.openAlone({ device: this.#device.device, ...options });
  }

  /** On a device of the pipeline's own, unless one is given. */
  async openAlone(options: Parameters<typeof Pipeline.create>[0] = {}): Promise<Pipeline> {
    // Software adapters are not taken unless they are asked for.
    const pipeline = await Pipeline.create({ network: tinyNetwork(), backend: 'webgpu', ...options });
    this.#opened.push(pipeline);
    return pipeline;
  }
}
