// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Readback } from '../../../src/gpu/readback.js';
import { loadOnnxruntime } from '../../../src/pipeline/runtime/onnxruntime.js';
import { NetworkSession } from '../../../src/pipeline/runtime/session.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { randomFloats } from '../../support/random.js';
import { wasmSession } from '../../support/wasm-session.js';

const [width, height] = [256, 144];
const file = path.join(import.meta.dirname, '../../../models/person-landscape.onnx');

let test: TestDevice;
let readback: Readback;

beforeAll(async () => {
  test = await createTestDevice();
  readback = new Readback(test.device);
});
afterAll(() => readback.destroy());

// The other network has the same operators, as a test without a GPU says, and twice the pixels.
it('person runs on the GPU alone, on wide frames, and gives the numbers of the CPU', async () => {
  const bytes = new Uint8Array(readFileSync(file));
  const session = await NetworkSession.create({
    runtime: await loadOnnxruntime(),
    device: test.device,
    bytes,
    name: 'person',
    preferredLayout: 'NHWC',
    output: { name: 'probabilities', type: 'float32' },
  });
  const image = { data: randomFloats(3 * width * height, 1), dims: [1, height, width, 3] };
  // Throws where an operator runs on the CPU.
  await session.shape([{ name: 'image', type: 'float32', dims: image.dims }]);
  test.device.queue.writeBuffer(session.input('image'), 0, image.data as Float32Array<ArrayBuffer>);
  await session.run();
  const onGpu = await readback.floats(session.output.buffer, width * height);
  await session.destroy();
  const onCpu = await wasmSession(bytes);
  const { probabilities } = await onCpu.run({ image });
  await onCpu.release();
  expect(onGpu).toBeAllClose(probabilities.data, { tolerance: 1e-4, shape: [height, width] });
});
