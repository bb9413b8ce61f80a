// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { personFiles, selfieFile } from '../../../models/generator/person-files.js';
import { readLite } from '../../../models/generator/tflite/read.js';
import { readPhotograph } from '../../../src/cli/files/image.js';
import { inspectModel, type ModelInfo } from '../../../src/pipeline/onnx/inspect.js';
import { resizeToTensor } from '../../../src/reference/pipeline/resize.js';
import { runLite } from '../../support/lite-interpreter.js';
import { describeWithModels, modelFile } from '../../support/model-files.js';
import { type Values, wasmSession } from '../../support/wasm-session.js';

// onnxruntime compiles its wasm once, which takes seconds where other tests run beside.
vi.setConfig({ testTimeout: 120_000 });

const repository = path.join(import.meta.dirname, '../../..');

const networks = [
  { file: 'person.onnx', lite: 'selfie_segmentation.tflite', width: 256, height: 256 },
  { file: 'person-landscape.onnx', lite: 'selfie_segmentation_landscape.tflite', width: 256, height: 144 },
] as const;

/** [1, y, x, 3] on 0..1. */
async function photo(name: string, width: number, height: number): Promise<Values> {
  const frame = await readPhotograph(path.join(repository, `demo/public/photos/${name}.png`), 1e6);
  const window = { x: 0, y: 0, width, height };
  const third = 1 / 255;
  const values = { layout: 'NHWC', channels: 'RGB', factor: [third, third, third], offset: [0, 0, 0] } as const;
  const data = resizeToTensor(frame, { width, height, window }, { ...values, fill: [0, 0, 0] });
  return { data, dims: [1, height, width, 3] };
}

async function runOnnx(file: Uint8Array, feeds: Record<string, Values>, output: string): Promise<Values> {
  const session = await wasmSession(file);
  try {
    return (await session.run(feeds))[output];
  } finally {
    await session.release();
  }
}

const checkedIn = (file: string) => new Uint8Array(readFileSync(path.join(repository, 'models', file)));

describe.each(networks)('$file', ({ file, lite, width, height }) => {
  it('is what the generator writes, byte by byte', () => {
    expect(Buffer.compare(checkedIn(file), personFiles()[file]), 'npm run generate:models').toBe(0);
  });

  it('computes what its .tflite file says', async () => {
    const image = await photo('astronaut', width, height);
    const expected = runLite(readLite(selfieFile(lite)), image.data);
    const found = await runOnnx(checkedIn(file), { image }, 'probabilities');
    expect(found.dims).toEqual([1, height, width, 1]);
    expect(found.data).toBeAllClose(expected, { tolerance: 1e-4, shape: found.dims });
  });

  it('sees the astronaut', async () => {
    const image = await photo('astronaut', width, height);
    const { data } = await runOnnx(checkedIn(file), { image }, 'probabilities');
    const at = (x: number, y: number) => data[Math.floor(y * height) * width + Math.floor(x * width)];
    // Face and sleeve, flag and shuttle.
    for (const place of [at(0.43, 0.25), at(0.2, 0.75)]) expect(place).toBeGreaterThan(0.9);
    for (const place of [at(0.08, 0.2), at(0.82, 0.15)]) expect(place).toBeLessThan(0.1);
  });
});

it('both networks use the same operators', () => {
  const [general, landscape] = networks.map(({ file }) => inspectModel(checkedIn(file)));
  const typesOf = ({ operators }: ModelInfo) => operators.map(({ type, domain }) => domain + type).sort();
  expect(typesOf(landscape)).toEqual(typesOf(general));
});

describeWithModels('person.onnx and selfie_segmentation.onnx, which others made of the same file', () => {
  it.each(['astronaut', 'chelsea', 'coffee', 'coins'])('agree on %s', async (name) => {
    const image = await photo(name, 256, 256);
    const theirs = await runOnnx(modelFile('selfie_segmentation.onnx'), { 'input_1:0': image }, 'activation_10');
    const ours = await runOnnx(checkedIn('person.onnx'), { image }, 'probabilities');
    expect(ours.data).toBeAllClose(theirs.data, { tolerance: 1e-3, shape: theirs.dims });
  });
});
