// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guidedAlpha as guidedAlphaOnCpu, withTrimap } from '../../../src/analysis/cpu/guided.js';
import { float } from '../../../src/gpu/shader.js';
import { guidedAlpha } from '../../../src/stages/analysis/guided-alpha.js';
import { guidedFit } from '../../../src/stages/analysis/guided-fit.js';
import { guidedMeans } from '../../../src/stages/analysis/guided-means.js';
import { guidedSums } from '../../../src/stages/analysis/guided-sums.js';
import { guarded, runAnalysis, tinyStrips, unguarded } from '../../support/analysis-stages.js';
import { drawnImage } from '../../support/problems.js';
import { randomFloats, randomImage } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

interface Given {
  rgba: Uint8Array | Uint8ClampedArray;
  /** Bits of float32, or a mask. */
  front: Uint32Array | Float32Array;
  isMask?: boolean;
  trimap?: Uint32Array;
  width: number;
  height: number;
  radius: number;
  epsilon: number;
}

async function alphaOnGpu({ rgba, front, isMask = false, trimap, width, height, radius, epsilon }: Given) {
  const size = { width, height };
  const [settings, image] = [gpu.uniform(radius, float(epsilon)), gpu.storage(new Uint32Array(rgba.slice().buffer))];
  const four = () => guarded(gpu, size, 4);
  const sums = { means: four(), squares: four(), mixed: four(), products: four() };
  const [models, rowMeans, alpha] = [four(), four(), guarded(gpu, size)];
  await runAnalysis(gpu, guidedSums, size, {
    constants: { isMask },
    bindings: { settings, image, probability: gpu.storage(front), ...sums },
    items: tinyStrips(width, height),
  });
  await runAnalysis(gpu, guidedFit, size, {
    bindings: { settings, ...sums, models },
    items: tinyStrips(height, width),
  });
  await runAnalysis(gpu, guidedMeans, size, { bindings: { settings, models, rowMeans } });
  await runAnalysis(gpu, guidedAlpha, size, {
    constants: { hasTrimap: trimap !== undefined },
    bindings: { settings, image, rowMeans, trimap: trimap ? gpu.storage(trimap) : gpu.zeros(1), alpha },
  });
  for (const buffer of [...Object.values(sums), models, rowMeans]) await unguarded(gpu, buffer, 4 * width * height);
  return new Float32Array((await unguarded(gpu, alpha, width * height)).buffer);
}

describe.each([
  [17, 11, 1, 1e-3],
  [13, 19, 5, 1e-4],
  [9, 9, 127, 1e-2],
  [1, 1, 3, 1e-4],
  [1, 14, 2, 1e-3],
  [14, 1, 2, 1e-3],
])('%i × %i, radius %i, epsilon %f', (width, height, radius, epsilon) => {
  const pixelCount = width * height;
  const images = {
    noise: randomImage(pixelCount, 3),
    blobs: drawnImage(width, height, 'blobs').data,
  };

  test.each(Object.entries(images))('a probability over %s', async (_name, rgba) => {
    const front = randomFloats(pixelCount, 4);
    const alpha = await alphaOnGpu({ rgba, front, width, height, radius, epsilon });
    const expected = guidedAlphaOnCpu(rgba, front, { width, height }, radius, epsilon);
    expect(alpha).toBeAllClose(expected, { tolerance: 1e-5 });
  });

  test('a mask with a trimap', async () => {
    const rgba = images.blobs;
    const front = Uint32Array.from({ length: pixelCount }, (_v, i) => (i * 7) % 3);
    const trimap = Uint32Array.from({ length: pixelCount }, (_v, i) => (i * 5) % 3);
    const alpha = await alphaOnGpu({ rgba, front, isMask: true, trimap, width, height, radius, epsilon });
    const mask = Float32Array.from(front, (value) => Number(value > 0));
    const expected = withTrimap(guidedAlphaOnCpu(rgba, mask, { width, height }, radius, epsilon), trimap);
    expect(alpha).toBeAllClose(expected, { tolerance: 1e-5 });
  });
});

test('the largest window of the brightest pixels fits, and what is no number counts as 0', async () => {
  const [width, height, radius] = [260, 257, 127];
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  const front = new Float32Array(width * height).fill(1);
  front[0] = Number.NaN;
  front[1] = Number.POSITIVE_INFINITY;
  front[2] = 4;
  const alpha = await alphaOnGpu({ rgba, front, width, height, radius, epsilon: 1e-6 });
  front[1] = 0;
  const expected = guidedAlphaOnCpu(rgba, front, { width, height }, radius, 1e-6);
  expect(expected[0]).toBeLessThan(1);
  expect(alpha).toBeAllClose(expected, { tolerance: 1e-5 });
});
