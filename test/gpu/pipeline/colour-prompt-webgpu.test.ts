// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Readback } from '../../../src/gpu/readback.js';
import { loadOnnxruntime } from '../../../src/pipeline/runtime/onnxruntime.js';
import { NetworkSession } from '../../../src/pipeline/runtime/session.js';
import { colourPrompt } from '../../../src/reference/pipeline/colour-prompt.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { randomFloats } from '../../support/random.js';

let test: TestDevice;
let readback: Readback;
let session: NetworkSession;

beforeAll(async () => {
  const runtime = await loadOnnxruntime();
  test = await createTestDevice();
  readback = new Readback(test.device);
  session = await NetworkSession.create({
    runtime,
    device: test.device,
    bytes: new Uint8Array(readFileSync(path.join(import.meta.dirname, '../../../models/colour-prompt.onnx'))),
    name: 'colour-prompt',
    preferredLayout: 'NCHW',
    output: { name: 'probabilities', type: 'float32' },
  });
});

afterAll(async () => {
  await session.destroy();
  readback.destroy();
});

describe('colour-prompt on WebGPU', () => {
  // `shape` throws where an operator runs on the CPU.
  it.each([
    [32, 24, 2],
    [12, 16, 5],
  ])('runs on the GPU alone and agrees with its twin at %i×%i with %i labels', async (width, height, labelCount) => {
    const imageDims = [1, 3, height, width];
    await session.shape([
      { name: 'image', type: 'float32', dims: imageDims },
      { name: 'keyImage', type: 'float32', dims: imageDims },
      { name: 'keyPrompts', type: 'float32', dims: [1, labelCount, height, width] },
    ]);
    const pixelCount = width * height;
    const keyPrompts = new Float32Array(labelCount * pixelCount);
    for (let i = 0; i < keyPrompts.length; i += 37) keyPrompts[i] = (i % 5) / 4;
    const input = {
      width,
      height,
      labelCount,
      image: randomFloats(3 * pixelCount, 1),
      keyImage: randomFloats(3 * pixelCount, 2),
      keyPrompts,
    };
    for (const name of ['image', 'keyImage', 'keyPrompts'] as const) {
      test.device.queue.writeBuffer(session.input(name), 0, input[name] as Float32Array<ArrayBuffer>);
    }
    await session.run();
    const probabilities = await readback.floats(session.output.buffer, labelCount * pixelCount);
    expect(probabilities).toBeAllClose(colourPrompt(input), {
      tolerance: 1e-4,
      shape: [labelCount, height, width],
    });
  });
});
