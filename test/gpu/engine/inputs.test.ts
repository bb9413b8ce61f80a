// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { bufferUsage } from '../../../src/gpu/buffers.js';
import { Readback } from '../../../src/gpu/readback.js';
import type { RefineInput, UnarySource } from '../../../src/problem/api.js';
import type { CrfParameters } from '../../../src/problem/types.js';
import { refineBatch } from '../../../src/refine-batch.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';

const size = { width: 21, height: 13, labelCount: 4 };
const pixelCount = 21 * 13;
const image = drawnImage(21, 13);
const logits = drawnLogits(size);

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

function upload(values: Float32Array | Uint32Array | Uint8Array): GPUBuffer {
  const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
  const buffer = testDevice.device.createBuffer({ label: 'upload', size: values.byteLength, usage });
  testDevice.device.queue.writeBuffer(buffer, 0, values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return buffer;
}

async function marginalsOf(input: RefineInput, parameters: CrfParameters = { kernels: usualKernels, iterations: 2 }) {
  const crf = new GpuCrf({ size, parameters, device: testDevice.device });
  await crf.refine(input);
  const q = await crf.marginals();
  crf.destroy();
  return q;
}

describe('unary inputs', () => {
  const probabilities = logits.map((logit, at) => {
    let sum = 0;
    for (let label = 0; label < 4; label++) sum += Math.exp(logits[label * pixelCount + (at % pixelCount)]);
    return Math.exp(logit) / sum;
  });
  const interleaved = logits.map((_logit, at) => logits[(at % 4) * pixelCount + Math.floor(at / 4)]);
  const labels = Uint8Array.from({ length: pixelCount }, (_unused, at) => (at % 7 === 0 ? 255 : Math.floor(at / 80)));
  const shifted = labels.map((label) => (label === 255 ? 0 : label + 1));
  const coarse = drawnLogits({ width: 6, height: 5, labelCount: 4 }, 3);
  const forms: [string, UnarySource][] = [
    ['logits', { logits }],
    ['interleaved logits', { logits: interleaved, layout: 'interleaved' }],
    ['double-precision energies', { unary: Float64Array.from(logits, (logit) => -logit) }],
    ['probabilities', { probabilities }],
    ['labels with 255 unknown', { labels, unknown: 255, confidence: 0.6 }],
    ['labels with 0 unknown', { labels: shifted, unknown: 0, confidence: 0.6 }],
    ['coarse logits, half-pixel', { logits: coarse, width: 6, height: 5 }],
    ['coarse logits, align-corners', { logits: coarse, width: 6, height: 5, upsampling: 'align-corners' }],
    ['coarse probabilities', { probabilities: coarse.map((value) => 1 / (1 + Math.exp(-value))), width: 6, height: 5 }],
  ];

  test.each(forms)('%s', async (_name, unary) => {
    const parameters = { kernels: [], iterations: 0 };
    const cpu = await CpuRefiner.create(size, parameters);
    await cpu.refine({ unary });
    expect(await marginalsOf({ unary }, parameters)).toBeAllClose(await cpu.marginals(), { tolerance: 1e-6 });
  });

  test('equal forms give equal results', async () => {
    const plain = await marginalsOf({ image, unary: { logits } });
    expect(await marginalsOf({ image, unary: { logits: interleaved, layout: 'interleaved' } })).toEqual(plain);
    const marked = await marginalsOf({ image, unary: { labels, unknown: 255 } });
    expect(await marginalsOf({ image, unary: { labels: shifted, unknown: 0 } })).toEqual(marked);
  });

  test('buffers on the GPU give what arrays give', async () => {
    const [logitBuffer, labelBuffer] = [upload(logits), upload(Uint32Array.from(labels))];
    const pixels = upload(image.data as Uint8Array);
    const plain = await marginalsOf({ image, unary: { logits } });
    expect(await marginalsOf({ image: pixels, unary: { logits: logitBuffer } })).toEqual(plain);
    const marked = await marginalsOf({ image, unary: { labels, unknown: 255 } });
    expect(await marginalsOf({ image, unary: { labels: labelBuffer, unknown: 255 } })).toEqual(marked);
    for (const buffer of [logitBuffer, labelBuffer, pixels]) buffer.destroy();
  });

  test('a texture gives what its pixels give', async () => {
    const texture = testDevice.device.createTexture({ size: [21, 13], format: 'rgba8unorm', usage: 0x4 | 0x2 });
    testDevice.device.queue.writeTexture(
      { texture },
      image.data as Uint8Array<ArrayBuffer>,
      { bytesPerRow: 84 },
      [21, 13],
    );
    expect(await marginalsOf({ image: texture, unary: { logits } })).toEqual(
      await marginalsOf({ image, unary: { logits } }),
    );
    texture.destroy();
  });

  test('large arrays go up in bands', async () => {
    const large = { width: 300, height: 260, labelCount: 21 };
    const values = drawnLogits(large);
    const parameters = { kernels: [], iterations: 0 };
    const gpu = new GpuCrf({ size: large, parameters, device: testDevice.device });
    const cpu = await CpuRefiner.create(large, parameters);
    await gpu.refine({ unary: { logits: values } });
    await cpu.refine({ unary: { logits: values } });
    expect(await gpu.marginals()).toBeAllClose(await cpu.marginals(), { tolerance: 1e-6 });
    gpu.destroy();
  });
});

describe('results', () => {
  test.each([4, 5])('of %i labels as GPU buffers are what the arrays are', async (labelCount) => {
    const parameters = { kernels: usualKernels, iterations: 2 };
    const crf = new GpuCrf({ size: { ...size, labelCount }, parameters, device: testDevice.device });
    await crf.refine({ image, unary: { logits: drawnLogits({ ...size, labelCount }) } });
    const before = testDevice.counts().mapAsync;
    const { marginals, labelMap, confidence, entropy } = await crf.gpuResults();
    expect(testDevice.counts().mapAsync).toBe(before);
    const readback = new Readback(testDevice.device);
    expect(await readback.floats(marginals, pixelCount * labelCount)).toBeAllClose(await crf.marginals(), {
      tolerance: 1e-7,
    });
    expect(await readback.words(labelMap, 0, pixelCount)).toEqual(await crf.labelMap());
    expect(await readback.floats(confidence, pixelCount)).toEqual(await crf.confidence());
    expect(await readback.floats(entropy, pixelCount)).toEqual(await crf.entropy());
    readback.destroy();
    crf.destroy();
  });

  test('of a batch come one after the other', async () => {
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels, iterations: 2 }, device: testDevice.device });
    const inputs = [1, 2, 3].map((seed) => ({
      image: drawnImage(21, 13, 'blobs', seed),
      unary: { logits: drawnLogits(size, seed) },
    }));
    const batch: Float32Array[] = [];
    for await (const { index } of refineBatch(crf, inputs)) batch[index] = await crf.marginals();
    for (const [index, input] of inputs.entries()) expect(batch[index]).toEqual(await marginalsOf(input));
    crf.destroy();
  });
});

describe('values that are no numbers', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d on the GPU makes its pixel unknown and is counted',
    async (bad) => {
      const poisoned = logits.slice();
      const unknown = logits.slice();
      for (const pixel of [40, 200]) {
        poisoned[2 * pixelCount + pixel] = bad;
        for (let label = 0; label < 4; label++) unknown[label * pixelCount + pixel] = 0;
      }
      const buffer = upload(poisoned);
      const crf = new GpuCrf({ size, parameters: { kernels: usualKernels, iterations: 3 }, device: testDevice.device });
      await crf.refine({ image, unary: { logits: buffer } });
      expect(await crf.invalidPixelCount()).toBe(2);
      expect(await crf.marginals()).toEqual(
        await marginalsOf({ image, unary: { logits: unknown } }, { kernels: usualKernels, iterations: 3 }),
      );
      await crf.refine({ unary: { logits } });
      expect(await crf.invalidPixelCount()).toBe(0);
      crf.destroy();
      buffer.destroy();
    },
  );

  test('in an array is refused, and the engine goes on', async () => {
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels }, device: testDevice.device });
    const bad = logits.slice();
    bad[77] = Number.NaN;
    const before = testDevice.counts();
    await expect(crf.refine({ image, unary: { logits: bad } })).rejects.toThrow('unary.logits[77]: got NaN');
    expect(testDevice.counts()).toEqual(before);
    await crf.refine({ image, unary: { logits } });
    await expect(crf.refine({ unary: { logits: bad } })).rejects.toThrow('unary.logits[77]');
    const q = await crf.marginals();
    expect(q).toEqual(await marginalsOf({ image, unary: { logits } }, { kernels: usualKernels }));
    crf.destroy();
  });
});

describe('bad calls', () => {
  const wrong: [string, RefineInput, string][] = [
    ['no unary', { image }, 'unary: got undefined'],
    ['no image', { unary: { logits } }, 'image: got undefined'],
    [
      'an image of another size',
      { image: drawnImage(20, 13), unary: { logits } },
      "image.width: got 20, expected the problem's width 21",
    ],
    ['too short an array', { image, unary: { logits: logits.slice(1) } }, 'unary.logits: got Float32Array(1091)'],
    [
      'a label out of range',
      { image, unary: { labels: new Uint8Array(pixelCount).fill(9) } },
      'unary.labels[0]: got 9',
    ],
    ['a warm start at the start', { image, unary: { logits }, warmStart: true }, 'warmStart: got true'],
  ];

  test.each(wrong)('%s', async (_name, input, message) => {
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels }, device: testDevice.device });
    await expect(crf.refine(input)).rejects.toThrow(message);
    await crf.refine({ image, unary: { logits } });
    expect(() => crf.setParameters({ kernels: [{ type: 'gaussian', sigmaXY: 0 }] })).toThrow('kernels[0].sigmaXY');
    await crf.refine({});
    crf.destroy();
    await expect(crf.refine({})).rejects.toThrow('destroyed');
  });

  test('a buffer that is too small or of the wrong usage', async () => {
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels }, device: testDevice.device });
    const small = upload(new Float32Array(8));
    const unbindable = testDevice.device.createBuffer({ size: pixelCount * 16, usage: bufferUsage.copyTarget });
    await expect(crf.refine({ image, unary: { logits: small } })).rejects.toThrow('unary.logits.size: got 32');
    await expect(crf.refine({ image, unary: { logits: unbindable } })).rejects.toThrow('GPUBufferUsage.STORAGE');
    small.destroy();
    unbindable.destroy();
    crf.destroy();
  });

  test('limits that no splitting meets are named', async () => {
    const limits = { maxStorageBufferBindingSize: 1024 };
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels }, device: testDevice.device, limits });
    await expect(crf.refine({ image, unary: { logits } })).rejects.toThrow('maxStorageBufferBindingSize');
    crf.destroy();
  });

  test('a device with no more than the default limits is enough', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error('No WebGPU adapter.');
    const plain = await adapter.requestDevice();
    expect(plain.limits.maxStorageBuffersPerShaderStage).toBe(8);
    const crf = await DenseCrf.create({ ...size, device: plain, parameters: { kernels: usualKernels, iterations: 2 } });
    await crf.refine({ image, unary: { logits } });
    expect(await crf.marginals()).toEqual(await marginalsOf({ image, unary: { logits } }));
    await crf.energy();
    crf.setParameters({ kernels: usualKernels, method: 'exact', iterations: 1 });
    await crf.refine({});
    crf.destroy();
    plain.destroy();
  });

  test('options', async () => {
    const create = (more: object) => DenseCrf.create({ ...size, device: testDevice.device, ...more });
    await expect(create({ labelCount: 0 })).rejects.toThrow('labelCount: got 0');
    await expect(create({ width: 2.5 })).rejects.toThrow('width: got 2.5');
    await expect(create({ backend: 'cuda' })).rejects.toThrow('backend: got "cuda"');
    await expect(create({ labels: 3 })).rejects.toThrow('labels');
    await expect(create({ parameters: { kernels: [{ type: 'gaussian', sigmaXY: 3, sigma: 3 }] } })).rejects.toThrow(
      'sigma',
    );
  });

  test('calls that overlap take turns', async () => {
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels, iterations: 2 }, device: testDevice.device });
    const [, first, , second] = await Promise.all([
      crf.refine({ image, unary: { logits } }),
      crf.marginals(),
      crf.refine({ unary: { logits: logits.map((logit) => -logit) } }),
      crf.marginals(),
    ]);
    expect(first).toEqual(await marginalsOf({ image, unary: { logits } }));
    expect(second).not.toEqual(first);
    crf.destroy();
  });

  test('parameters set while a call runs are the next call’s', async () => {
    const other: CrfParameters = { kernels: [usualKernels[0]], iterations: 4, damping: 0.2 };
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels, iterations: 2 }, device: testDevice.device });
    const first = crf.refine({ image, unary: { logits } }).then(() => undefined);
    const q = crf.marginals();
    crf.setParameters(other);
    const second = crf.refine({});
    const changed = crf.marginals();
    await Promise.all([first, second]);
    expect(await q).toEqual(await marginalsOf({ image, unary: { logits } }));
    expect(await changed).toEqual(await marginalsOf({ image, unary: { logits } }, other));
    crf.destroy();
  });

  test('no adapter', async () => {
    const { gpu } = navigator;
    Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => null }, configurable: true });
    try {
      await expect(DenseCrf.create({ ...size, backend: 'webgpu' })).rejects.toThrow('no WebGPU adapter');
      expect((await DenseCrf.create(size)).backend).toBe('cpu');
    } finally {
      Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
    }
  });

  test('a lost device', async () => {
    const lost = await createTestDevice();
    const crf = new GpuCrf({ size, parameters: { kernels: usualKernels }, device: lost.device });
    await crf.refine({ image, unary: { logits } });
    lost.device.destroy();
    await lost.device.lost;
    await expect(crf.refine({})).rejects.toThrow('the GPU device was lost');
  });
});
