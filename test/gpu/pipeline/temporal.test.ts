// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { TemporalSmoothing } from '../../../src/pipeline/video/temporal.js';
import type { ProblemSize } from '../../../src/problem/types.js';
import { createTestDevice } from '../../support/device.js';
import { randomNumbers } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

const size: ProblemSize = { width: 40, height: 30, labelCount: 2 };
const pixelCount = size.width * size.height;

/** Normal deviates by the sum of twelve. */
function noise(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

/** Whether a pixel belongs to the object, `shift` pixels right of where it began. */
type Shape = (x: number, y: number, shift: number) => boolean;

const disc: Shape = (x, y, shift) => Math.hypot(x - 14 - shift, y - 15) < 8.3;

interface VideoFrame {
  truth: Uint32Array;
  image: Uint8ClampedArray;
  logits: Float32Array;
}

/**
 * One frame of a camera: object and background two colours apart with sensor noise of standard deviation 6 on 0..255, and logits as a network gives
 * them: soft across the edge, with noise in blocks of 4×4 pixels that differs from frame to frame.
 */
function filmed(time: number, shift: number, contrast = 40): VideoFrame {
  const random = randomNumbers(977 * time + 5);
  const truth = new Uint32Array(pixelCount);
  const image = new Uint8ClampedArray(4 * pixelCount);
  const logits = new Float32Array(2 * pixelCount);
  const blocks = Float32Array.from({ length: 100 }, () => 1.2 * noise(random));
  for (let i = 0; i < pixelCount; i++) {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    truth[i] = Number(disc(x, y, shift));
    for (let c = 0; c < 3; c++) image[4 * i + c] = 100 + 20 * c + (truth[i] ? contrast : 0) + 6 * noise(random);
    image[4 * i + 3] = 255;
    let inside = 0;
    for (let k = 0; k < 25; k++) inside += Number(disc(x + (k % 5) - 2, y + Math.floor(k / 5) - 2, shift)) / 25;
    const score = 3 * (inside - 0.5) + blocks[Math.floor(y / 4) * 10 + Math.floor(x / 4)] + 0.3 * noise(random);
    logits[i] = -score / 2;
    logits[pixelCount + i] = score / 2;
  }
  return { truth, image, logits };
}

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

interface Labelled {
  truth: Uint32Array;
  /** Refined frame by frame, and smoothed over time. */
  single: Uint32Array;
  smoothed: Uint32Array;
}

async function refineVideo(frames: VideoFrame[]): Promise<Labelled[]> {
  const { device } = gpu;
  const kernels = [
    { type: 'gaussian', sigmaXY: 2, compatibility: 2 },
    { type: 'bilateral', sigmaXY: 20, sigmaRGB: 12, compatibility: 4 },
  ] as const;
  const crf = new GpuCrf({ size, device, parameters: { kernels, iterations: 5 } });
  const smoothing = new TemporalSmoothing(device, size);
  const image = gpu.zeros(pixelCount);
  const labelled: Labelled[] = [];
  for (const frame of frames) {
    gpu.write(image, new Uint32Array(frame.image.slice().buffer));
    await crf.refine({ image, unary: { logits: frame.logits } });
    const { marginals, labelMap } = await crf.gpuResults();
    await smoothing.prepare({ image, marginals });
    const encoder = device.createCommandEncoder();
    smoothing.encode(encoder);
    device.queue.submit([encoder.finish()]);
    labelled.push({
      truth: frame.truth,
      single: await gpu.words(labelMap, pixelCount),
      smoothed: await gpu.words(smoothing.labelMap, pixelCount),
    });
  }
  crf.destroy();
  smoothing.destroy();
  return labelled;
}

function changedShare(maps: Uint32Array[]): number {
  let changed = 0;
  for (let t = 1; t < maps.length; t++) {
    for (let i = 0; i < pixelCount; i++) changed += Number(maps[t][i] !== maps[t - 1][i]);
  }
  return changed / ((maps.length - 1) * pixelCount);
}

function wrongShare(maps: Labelled[], which: 'single' | 'smoothed'): number {
  const wrong = maps.reduce((sum, map) => sum + map[which].filter((label, i) => label !== map.truth[i]).length, 0);
  return wrong / (maps.length * pixelCount);
}

test('on a static scene with sensor noise labels change at least 5 times less often', async () => {
  const video = Array.from({ length: 16 }, (_, time) => filmed(time, 0, 14));
  const labelled = await refineVideo(video);
  // The first frames have no past to speak of.
  const settled = labelled.slice(4);
  const before = changedShare(settled.map(({ single }) => single));
  const after = changedShare(settled.map(({ smoothed }) => smoothed));
  // There is flicker to remove.
  expect(before).toBeGreaterThan(0.004);
  expect(after).toBeLessThan(before / 5);
  // Nothing was bought with wrong labels.
  expect(wrongShare(settled, 'smoothed')).toBeLessThanOrEqual(wrongShare(settled, 'single'));
});

/**
 * Lag: a pixel that the edge has passed has its new label one frame later at the latest. Of pixels whose true label changed from frame t - 2 to
 * t - 1 and is the same in t, those count that the refinement of frame t alone has right.
 */
test.each([1, 2, 3])('an edge that moves by %i pixels a frame lags by no more than one frame', async (speed) => {
  const video = Array.from({ length: 8 }, (_, time) => filmed(time, speed * Math.max(0, time - 2), 40));
  const labelled = await refineVideo(video);
  let passed = 0;
  let late = 0;
  for (let t = 4; t < labelled.length; t++) {
    const [now, before, earlier] = [labelled[t], labelled[t - 1], labelled[t - 2]];
    for (let i = 0; i < pixelCount; i++) {
      const isPassed = now.truth[i] === before.truth[i] && before.truth[i] !== earlier.truth[i];
      if (!isPassed || now.single[i] !== now.truth[i]) continue;
      passed++;
      late += Number(now.smoothed[i] !== now.truth[i]);
    }
  }
  expect(passed).toBeGreaterThan(60);
  expect(late).toBe(0);
});

describe('TemporalSmoothing', () => {
  const small: ProblemSize = { width: 5, height: 3, labelCount: 2 };
  const certain = (label: number) => Float32Array.from({ length: 30 }, (_, i) => Number(Math.floor(i / 15) === label));

  async function create() {
    const smoothing = new TemporalSmoothing(gpu.device, small);
    const sources = { image: gpu.storage(new Uint32Array(15).fill(0xff808080)), marginals: gpu.storage(certain(0)) };
    await smoothing.prepare(sources);
    const frame = async (label: number) => {
      gpu.write(sources.marginals, certain(label));
      const encoder = gpu.device.createCommandEncoder();
      smoothing.encode(encoder);
      gpu.device.queue.submit([encoder.finish()]);
      return (await gpu.floats(smoothing.marginals, 30))[15];
    };
    return { smoothing, sources, frame };
  }

  test('remembers by its strength, forgets when reset, and takes new parameters at once', async () => {
    const { smoothing, frame } = await create();
    expect(await frame(0)).toBe(0);
    expect(await frame(1)).toBeCloseTo(0.2, 5);
    smoothing.setParameters({ strength: 0.5 });
    expect(await frame(1)).toBeCloseTo(0.6, 5);
    smoothing.reset();
    expect(await frame(1)).toBe(1);
    expect([...(await gpu.words(smoothing.labelMap, 15))]).toEqual(Array.from({ length: 15 }, () => 1));
    smoothing.destroy();
  });

  test('keeps the past when frames come in other buffers', async () => {
    const { smoothing, sources, frame } = await create();
    await frame(0);
    const other = { image: gpu.storage(new Uint32Array(15).fill(0xff808080)), marginals: gpu.storage(certain(1)) };
    await smoothing.prepare(other);
    const encoder = gpu.device.createCommandEncoder();
    smoothing.encode(encoder);
    gpu.device.queue.submit([encoder.finish()]);
    expect((await gpu.floats(smoothing.marginals, 30))[15]).toBeCloseTo(0.2, 5);
    await smoothing.prepare(sources);
    smoothing.destroy();
  });

  test('creates nothing from frame to frame', async () => {
    const test = await createTestDevice();
    const smoothing = new TemporalSmoothing(test.device, small);
    const [image, marginals] = [60, 120].map((size) => test.device.createBuffer({ size: size + 8, usage: 0x80 | 8 }));
    await smoothing.prepare({ image, marginals });
    const before = test.counts();
    for (let i = 0; i < 5; i++) {
      smoothing.setParameters({ strength: i / 10 });
      await smoothing.prepare({ image, marginals });
      const encoder = test.device.createCommandEncoder();
      smoothing.encode(encoder);
      test.device.queue.submit([encoder.finish()]);
    }
    expect(test.counts()).toEqual(before);
    expect(smoothing.bytes).toBe(test.liveBytes - image.size - marginals.size);
    for (const owned of [image, marginals, smoothing]) owned.destroy();
    await test.finish();
  });

  test('that is too large for the device leaves nothing behind', async () => {
    const limit = 2 ** 27;
    const test = await createTestDevice({ limits: { maxStorageBufferBindingSize: limit } });
    // A label map fits one binding, the mean image does not.
    const size = { width: limit / 8 + 1000, height: 1, labelCount: 1 };
    expect(() => new TemporalSmoothing(test.device, size)).toThrow(
      /TemporalSmoothing\.mean needs \d+ bytes in one buffer/,
    );
    await test.finish();
  });

  test('refuses what can not be', async () => {
    const { smoothing, sources } = await create();
    expect(() => new TemporalSmoothing(gpu.device, { ...small, width: 0 })).toThrow(/width: got 0/);
    expect(() => smoothing.setParameters({ strength: 1 })).toThrow(
      /parameters\.strength: got 1, expected .* less than 1/,
    );
    expect(() => smoothing.setParameters({ colourSigma: 0 })).toThrow(/parameters\.colourSigma: got 0/);
    expect(() => smoothing.setParameters({ hysteresis: Number.NaN })).toThrow(/parameters\.hysteresis: got NaN/);
    expect(() => smoothing.setParameters({ colorSigma: 3 } as never)).toThrow(/expected one of the keys/);
    await expect(smoothing.prepare({ ...sources, image: gpu.zeros(4) })).rejects.toThrow(
      /sources\.image\.size: got 16, expected at least 60/,
    );
    await expect(smoothing.prepare({ ...sources, marginals: null as never })).rejects.toThrow(
      /sources\.marginals: got null/,
    );
    const fresh = new TemporalSmoothing(gpu.device, small);
    expect(() => fresh.encode(gpu.device.createCommandEncoder())).toThrow(/prepare before encode/);
    fresh.destroy();
    smoothing.destroy();
    expect(() => smoothing.encode(gpu.device.createCommandEncoder())).toThrow(/destroyed/);
  });
});
