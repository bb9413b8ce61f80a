// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smoothFrame, type TemporalState } from '../../../src/reference/pipeline/temporal.js';
import { temporal } from '../../../src/stages/pipeline/temporal.js';
import { randomFloats, randomImage, randomNumbers } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

/** Planes that sum to 1 a pixel. */
function planes(labelCount: number, pixelCount: number, seed: number): Float32Array {
  const values = randomFloats(labelCount * pixelCount, seed);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let sum = 0;
    for (let label = 0; label < labelCount; label++) sum += values[label * pixelCount + pixel];
    for (let label = 0; label < labelCount; label++) values[label * pixelCount + pixel] /= sum;
  }
  return values;
}

/** The image of frame `time`: noise everywhere, and on the right a colour that changes in the third frame. */
function imageOf(width: number, height: number, time: number): Uint8ClampedArray {
  const random = randomNumbers(time + 1);
  return randomImage(width * height, 4).map((byte, i) => {
    const isRight = Math.floor(i / 4) % width >= width / 2;
    return byte * 0.7 + 20 * random() + (isRight && time >= 2 ? 60 : 0);
  });
}

describe.each([
  { width: 9, height: 5, labelCount: 3, workgroupSize: 1 },
  { width: 8, height: 7, labelCount: 1, workgroupSize: 3 },
  { width: 1, height: 1, labelCount: 2, workgroupSize: 64 },
  { width: 13, height: 6, labelCount: 5, workgroupSize: 64 },
])(
  '$width×$height, $labelCount labels, workgroups of $workgroupSize',
  ({ width, height, labelCount, workgroupSize }) => {
    test('four frames are what the CPU twin has', async () => {
      const settings = { width, height, labelCount, strength: 0.7, colourSigma: 9, hysteresis: 0.15 };
      const pixelCount = width * height;
      const means = [gpu.filled(2 * pixelCount, 3), gpu.filled(2 * pixelCount, 3)];
      // What is there before the first frame must not matter.
      const smoothed = gpu.filled(labelCount * pixelCount, Number.NaN);
      const labelMap = gpu.filled(pixelCount, 99);
      let expected: TemporalState | null = null;
      for (let time = 0; time < 4; time++) {
        const rgba = imageOf(width, height, time);
        const marginals = planes(labelCount, pixelCount, 20 + time);
        await gpu.run(temporal, {
          constants: { workgroupSize },
          bindings: {
            temporal: gpu.uniform(
              width,
              height,
              labelCount,
              Number(time === 0),
              { float: settings.strength },
              { float: 1 / (2 * settings.colourSigma ** 2) },
              { float: settings.hysteresis },
            ),
            image: gpu.storage(new Uint32Array(rgba.slice().buffer)),
            pastMean: means[time % 2],
            presentMean: means[1 - (time % 2)],
            marginals: gpu.storage(marginals),
            smoothed,
            labelMap,
          },
          items: pixelCount,
        });
        expected = smoothFrame(settings, rgba, marginals, expected);
        const found = await gpu.floats(smoothed, labelCount * pixelCount);
        expect(found).toBeAllClose(expected.marginals, { tolerance: 1e-4, shape: [labelCount, height, width] });
        expect(await gpu.words(labelMap, pixelCount)).toEqual(expected.labelMap);
        const halves = new Uint16Array((await gpu.words(means[1 - (time % 2)], 2 * pixelCount)).buffer);
        const mean = halves.filter((_, i) => i % 4 < 3).length;
        expect(mean).toBe(3 * pixelCount);
        const found255 = Float32Array.from(
          halves.filter((_, i) => i % 4 < 3),
          (half) => (255 * half) / 65535,
        );
        expect(found255).toBeAllClose(expected.mean, { tolerance: 0.05 });
      }
    });
  },
);

describe('the CPU twin', () => {
  const settings = { width: 6, height: 6, labelCount: 2, strength: 0.8, colourSigma: 10, hysteresis: 0.2 };
  const grey = (value: number) => new Uint8ClampedArray(4 * 36).fill(value);
  const certain = (label: number) => Float32Array.from({ length: 72 }, (_, i) => Number(Math.floor(i / 36) === label));

  test('mixes by strength where nothing changes, and keeps the label until another one leads', () => {
    const first = smoothFrame(settings, grey(90), certain(0), null);
    expect(first.marginals).toEqual(certain(0));
    const second = smoothFrame(settings, grey(90), certain(1), first);
    expect(second.marginals[36]).toBeCloseTo(0.2, 6);
    let last = second;
    const labels = [second.labelMap[0]];
    // Q of label 1 is 1 - 0.8^n: beyond 0.6 from n = 5 on.
    for (let n = 2; n <= 5; n++) {
      last = smoothFrame(settings, grey(90), certain(1), last);
      labels.push(last.labelMap[0]);
    }
    expect(labels).toEqual([0, 0, 0, 0, 1]);
  });

  test('begins anew where the colour changes', () => {
    const first = smoothFrame(settings, grey(90), certain(0), null);
    const second = smoothFrame(settings, grey(150), certain(1), first);
    expect(second.marginals).toBeAllClose(certain(1), { tolerance: 1e-6 });
    expect([...second.labelMap]).toEqual(Array.from({ length: 36 }, () => 1));
  });
});
