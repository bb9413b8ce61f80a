// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import type { DeviceLoss } from '../../../src/pipeline/index.js';
import { TemporalSmoothing } from '../../../src/pipeline/video/temporal.js';
import { createPlainDevice } from '../../support/device.js';
import { loseLate, withLateLosses } from '../../support/late-loss.js';
import { drawnImage, drawnLogits } from '../../support/problems.js';
import { picture, TestPipelines } from '../../support/tiny-pipeline.js';

const size = { width: 12, height: 9, labelCount: 3 };
const image = drawnImage(12, 9);
const mask = new Uint8Array(12 * 9).fill(1);
const input = { image, unary: { logits: drawnLogits(size) } };
const lost = { name: 'DeviceError', message: expect.stringMatching(/^the GPU device was lost: \S/) };

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'resolved',
    (error: unknown) => error,
  );
}

async function crfOn(device: GPUDevice): Promise<GpuCrf> {
  // Of few shaders, as each test compiles them anew.
  const kernels = [{ type: 'gaussian', sigmaXY: 3, method: 'separable' }] as const;
  const crf = new GpuCrf({ size, parameters: { kernels, iterations: 2, tolerance: 1e-9 }, device });
  await crf.refine(input);
  return crf;
}

async function painterOn(device: GPUDevice): Promise<Painter> {
  const painter = new Painter(device);
  const frame = device.createTexture({ size: [12, 9], format: 'rgba8unorm', usage: 0x4 | 0x2 });
  await painter.prepare({ sources: { frame }, formats: ['rgba8unorm'] });
  return painter;
}

/** Calls that read back, each ready to be made on a device that is about to go. */
const reads: Record<string, (device: GPUDevice) => Promise<() => Promise<unknown>>> = {
  'DenseCrf.marginals': async (device) => {
    const crf = await crfOn(device);
    return () => crf.marginals();
  },
  'DenseCrf.labelMap': async (device) => {
    const crf = await crfOn(device);
    return () => crf.labelMap();
  },
  'DenseCrf.energy': async (device) => {
    const crf = await crfOn(device);
    return () => crf.energy();
  },
  'DenseCrf.refine, with a tolerance': async (device) => {
    const crf = await crfOn(device);
    return () => crf.refine(input);
  },
  'MaskAnalysis.regions': async (device) => {
    const analysis = new GpuMaskAnalysis({ size, labels: [], device });
    await analysis.regions(mask);
    return () => analysis.regions(mask);
  },
  'PixelMap.read': async (device) => {
    const map = await new GpuMaskAnalysis({ size, labels: [], device }).distance(mask);
    return () => map.read();
  },
  'Painter.exportImage': async (device) => {
    const painter = await painterOn(device);
    return () => painter.exportImage({ kind: 'original' });
  },
};

describe.each(Object.entries(reads))('%s', (_name, prepare) => {
  test('a device that goes while the call is under way is told as lost', async () => {
    const { device } = await createPlainDevice();
    const call = await prepare(device);
    const pending = outcomeOf(call());
    device.destroy();
    expect(await pending).toMatchObject(lost);
    expect(await outcomeOf(call())).toMatchObject(lost);
  });

  test('also where it is only known after the call has failed', async () => {
    const device = loseLate((await createPlainDevice()).device);
    const call = await prepare(device);
    const pending = outcomeOf(call());
    device.destroy();
    expect(await pending).toMatchObject(lost);
    expect(await outcomeOf(call())).toMatchObject(lost);
  });
});

test('every class that works on a device says so afterwards', async () => {
  const { device } = await createPlainDevice();
  const [crf, painter] = [await crfOn(device), await painterOn(device)];
  const smoothing = new TemporalSmoothing(device, size);
  const analysis = new GpuMaskAnalysis({ size, labels: [], device });
  device.destroy();
  await device.lost;
  const frame = {} as GPUTexture;
  const calls = [
    () => crf.refine(input),
    () => analysis.distance(mask),
    () => painter.prepare({ sources: { frame } }),
    () => smoothing.prepare({} as Parameters<TemporalSmoothing['prepare']>[0]),
  ];
  for (const call of calls) expect(await outcomeOf(call())).toMatchObject(lost);
});

describe('a pipeline', () => {
  const pipelines = new TestPipelines();

  test('whose result is read as the device goes', async () => {
    const device = loseLate((await createPlainDevice()).device);
    const pipeline = await pipelines.open({ device, crf: null });
    const result = await pipeline.segment(picture());
    const reading = outcomeOf(result.labelMap());
    device.destroy();
    expect(await reading).toMatchObject(lost);
    await expect(pipeline.segment(picture())).rejects.toThrow(/that this pipeline was given was lost: make another/);
  });

  test('replaces a device once, however late the losses are told', async () => {
    await withLateLosses(async () => {
      const losses: DeviceLoss[] = [];
      // With labels to leave out the call itself reads something back, which fails at once.
      const options = { crf: null, dropBelow: 0.01 };
      const pipeline = await pipelines.openAlone({ ...options, onDeviceLost: (loss) => losses.push(loss) });
      const labels = await (await pipeline.segment(picture())).labelMap();
      pipeline.device.destroy();
      // Begins on a device that does not know yet that it is lost.
      expect(await (await pipeline.segment(picture())).labelMap()).toEqual(labels);
      pipeline.device.destroy();
      await expect(pipeline.segment(picture())).rejects.toThrow(/the GPU device was lost again .* reload the page/);
      expect(losses.map(({ rebuilding }) => rebuilding)).toEqual([true, false]);
    });
  });
});
