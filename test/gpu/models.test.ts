// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPhotograph } from '../../src/cli/files/image.js';
import { Readback } from '../../src/gpu/readback.js';
import { type NetworkDescription, Pipeline, presets } from '../../src/pipeline/index.js';
import { checkNetwork } from '../../src/pipeline/network/check-network.js';
import { loadNetwork } from '../../src/pipeline/network/load-network.js';
import { createTestDevice, type TestDevice } from '../support/device.js';
import { describeWithModels, modelFile } from '../support/model-files.js';
import { wasmSession } from '../support/wasm-session.js';

/** A network of 257² takes software WebGPU up to 20 seconds a run. */
const timeout = 400_000;

function fromFile(description: NetworkDescription, file: string): NetworkDescription {
  const { url: _url, ...rest } = description;
  return { ...rest, bytes: modelFile(file) };
}

/** What the pipeline's network was given and gave, as the pipeline itself holds it. */
interface Inside {
  path: { network: { session: { input(name: string): GPUBuffer; output: { buffer: GPUBuffer; dims: number[] } } } };
}

describeWithModels('networks from outside', () => {
  let test: TestDevice;
  let readback: Readback;
  beforeAll(async () => {
    test = await createTestDevice();
    readback = new Readback(test.device);
  });
  afterAll(() => readback?.destroy());

  /** The network's numbers on WebGPU against the wasm provider's, for the very input that the last frame made. */
  async function compareWithWasm(pipeline: Pipeline, inputDims: number[]): Promise<void> {
    const { network } = pipeline;
    const { session } = (pipeline as unknown as Inside).path.network;
    const input = await readback.floats(
      session.input(network.input.name),
      inputDims.reduce((a, b) => a * b),
    );
    const { buffer, dims } = session.output;
    const onGpu = await readback.floats(
      buffer,
      dims.reduce((a, b) => a * b),
    );
    const reference = await wasmSession(await loadNetwork(checkNetwork(network), {}));
    const results = await reference.run({ [network.input.name]: { data: input, dims: inputDims } });
    await reference.release();
    expect(onGpu).toBeAllClose(results[network.output.name].data, { tolerance: 1e-3 });
  }

  async function areasOf(pipeline: Pipeline, photo: string): Promise<Record<string, number>> {
    const result = await pipeline.segment(await readPhotograph(`demo/public/photos/${photo}`, 1e6));
    const labels = await result.labelMap();
    const areas: Record<string, number> = {};
    for (const label of labels) areas[result.labels[label]] = (areas[result.labels[label]] ?? 0) + 1;
    for (const [name, area] of Object.entries(areas)) areas[name] = Math.round((100 * area) / labels.length);
    return areas;
  }

  it(
    'selfie finds the astronaut',
    async () => {
      const network = fromFile(presets.selfie, 'selfie_segmentation.onnx');
      const pipeline = await Pipeline.create({ network, device: test.device, workingSize: 256 });
      const areas = await areasOf(pipeline, 'astronaut.png');
      // She fills the picture from below: 55 % when this was written.
      expect(areas.person).toBeGreaterThan(45);
      expect(areas.person).toBeLessThan(65);
      await compareWithWasm(pipeline, [1, 256, 256, 3]);
      await pipeline.destroy();
    },
    timeout,
  );

  it(
    'DeepLab, cut at its logits, finds the astronaut',
    async () => {
      const network = fromFile(presets['deeplab-voc'], 'deeplab_v3_1_default_1.onnx');
      const pipeline = await Pipeline.create({ network, device: test.device, workingSize: 160 });
      const areas = await areasOf(pipeline, 'astronaut.png');
      expect(areas).toEqual({});
      await compareWithWasm(pipeline, [1, 257, 257, 3]);
      await pipeline.destroy();
    },
    timeout,
  );

  it(
    'DeepLab, already cut, finds the cat, and where it is',
    async () => {
      const network = fromFile(presets['deeplab-voc'], 'deeplab_voc257_logits33.onnx');
      const { sha256: _hash, byteLength: _bytes, ...rest } = network;
      const pipeline = await Pipeline.create({ network: rest, device: test.device, workingSize: 160 });
      const areas = await areasOf(pipeline, 'chelsea.png');
      expect(areas).toEqual({});
      await pipeline.destroy();
    },
    timeout,
  );
});
