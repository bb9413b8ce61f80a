// SPDX-License-Identifier: MIT

import { beforeAll, describe, expect, test } from 'vitest';
import { cutOut } from '../../../src/analysis/index.js';
import { ArgumentError, DenseCrf, type RgbaImage } from '../../../src/index.js';
import { type DrawnHair, drawnHair } from '../../support/drawn-hair.js';

const [width, height] = [160, 128];
const pixelCount = width * height;

let hair: DrawnHair;
/** What a network and the CRF make of the drawn head: marginals of the head. */
let refined: Float32Array;

beforeAll(async () => {
  hair = drawnHair(width, height);
  const coarse = coarseAlpha(hair.alpha, 4);
  const probabilities = new Float32Array(2 * coarse.data.length);
  coarse.data.forEach((value, pixel) => {
    // A network is never quite sure.
    const front = 0.02 + 0.96 * value;
    probabilities[pixel] = 1 - front;
    probabilities[coarse.data.length + pixel] = front;
  });
  const crf = await DenseCrf.create({
    ...{ width, height, labelCount: 2, backend: 'cpu' },
    parameters: {
      kernels: [
        { type: 'gaussian', sigmaXY: 1, compatibility: 3 },
        { type: 'bilateral', sigmaXY: 15, sigmaRGB: 5, compatibility: 4 },
      ],
      iterations: 5,
    },
  });
  const { width: across, height: down } = coarse;
  await crf.refine({ image: hair.image, unary: { probabilities, width: across, height: down } });
  refined = (await crf.marginals()).slice(pixelCount);
  crf.destroy();
});

function coarseAlpha(alpha: Float32Array, step: number) {
  const [w, h] = [width / step, height / step];
  const data = new Float32Array(w * h);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[Math.floor(y / step) * w + Math.floor(x / step)] += alpha[pixel] / step ** 2;
  }
  return { data, width: w, height: h };
}

function alphaOf({ data }: RgbaImage): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_unused, pixel) => data[4 * pixel + 3] / 255);
}

function meanError(alpha: Float32Array): number {
  return alpha.reduce((sum, value, pixel) => sum + Math.abs(value - hair.alpha[pixel]), 0) / alpha.length;
}

/** Mean difference on 0..255 of the colours where a pixel is mixed in truth and in the cut-out, each by its alpha. */
function colourError({ data }: RgbaImage): number {
  let [sum, weights] = [0, 0];
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const alpha = data[4 * pixel + 3] / 255;
    if (hair.alpha[pixel] === 0 || hair.alpha[pixel] === 1 || alpha === 0 || alpha === 1) continue;
    for (let channel = 0; channel < 3; channel++) {
      sum += alpha * Math.abs(data[4 * pixel + channel] - hair.front[3 * pixel + channel]);
    }
    weights += 3 * alpha;
  }
  return sum / weights;
}

describe('of drawn hair', () => {
  test('alpha is at least a third nearer to the truth than the marginals are', () => {
    const result = cutOut(hair.image, { data: refined, width, height });
    expect(meanError(alphaOf(result))).toBeLessThan((2 / 3) * meanError(refined));
  });

  test('a coarse mask of bytes, as other programs have them, gives hair too', () => {
    const coarse = coarseAlpha(hair.alpha, 4);
    const bytes = Uint8ClampedArray.from(coarse.data, (value) => 255 * Number(value >= 0.5));
    const upsampled = Float32Array.from({ length: pixelCount }, (_unused, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return bytes[Math.floor(y / 4) * coarse.width + Math.floor(x / 4)] / 255;
    });
    const result = cutOut(hair.image, { ...coarse, data: bytes });
    expect(meanError(alphaOf(result))).toBeLessThan((2 / 3) * meanError(upsampled));
  });

  test('edges have the colour of the hair, not that of the wall', () => {
    const result = cutOut(hair.image, { data: refined, width, height });
    const shown = { ...hair.image, data: hair.image.data.slice() };
    for (let pixel = 0; pixel < pixelCount; pixel++) shown.data[4 * pixel + 3] = result.data[4 * pixel + 3];
    expect(colourError(result)).toBeLessThan(0.3 * colourError(shown));
  });
});

/** A disc of one colour on another, and a mask of it that doubts a patch inside. */
function drawnDisc(patch: number) {
  const data = new Uint8ClampedArray(4 * pixelCount).fill(255);
  const mask = new Float32Array(pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const [x, y] = [(pixel % width) - 80, Math.floor(pixel / width) - 64];
    const isIn = Math.hypot(x, y) < 40;
    data.set(isIn ? [200, 60, 40] : [40, 90, 200], 4 * pixel);
    mask[pixel] = isIn ? 1 : 0;
    // An eye: dark, and small.
    if (Math.hypot(x, y) >= 6) continue;
    data.set([20, 20, 20], 4 * pixel);
    mask[pixel] = patch;
  }
  return { image: { data, width, height }, mask };
}

describe('of a disc', () => {
  test('an eye that the mask is not sure of is opaque, one that it denies stays a hole', () => {
    const [doubted, denied] = [drawnDisc(0.3), drawnDisc(0)];
    const centre = 64 * width + 80;
    expect(alphaOf(cutOut(doubted.image, { data: doubted.mask, width, height }))[centre]).toBe(1);
    expect(alphaOf(cutOut(denied.image, { data: denied.mask, width, height }))[centre]).toBe(0);
    // Unless it is small enough to be none.
    const closed = cutOut(denied.image, { data: denied.mask, width, height }, { maxHole: 120 });
    expect(alphaOf(closed)[centre]).toBe(1);
  });

  test('inside alpha is 1 and pixels are as they were, outside all is 0', () => {
    const { image, mask } = drawnDisc(1);
    const soft = mask.map((value) => 0.1 + 0.6 * value);
    const { data } = cutOut(image, { data: soft, width, height });
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const distance = Math.hypot((pixel % width) - 80, Math.floor(pixel / width) - 64);
      const found = [...data.subarray(4 * pixel, 4 * pixel + 4)];
      if (distance < 36) expect(found).toEqual([...image.data.subarray(4 * pixel, 4 * pixel + 4)]);
      if (distance > 46) expect(found).toEqual([0, 0, 0, 0]);
    }
  });

  test('every form of a mask gives the same', () => {
    const { image, mask } = drawnDisc(1);
    const size = { width, height };
    const expected = cutOut(image, { data: mask, ...size });
    const labels = Uint8Array.from(mask, (value) => 3 * value);
    const marginals = new Float64Array(2 * pixelCount);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      marginals[pixel] = 1 - mask[pixel];
      marginals[pixelCount + pixel] = mask[pixel];
    }
    const rgba = (of: (value: number) => number[]) => ({ data: Uint8Array.from([...mask].flatMap(of)), ...size });
    for (const given of [
      { data: Float64Array.from(mask), ...size },
      { data: Uint8Array.from(mask), ...size },
      { data: Uint8ClampedArray.from(mask, (value) => 255 * value), ...size },
      { data: Int32Array.from(mask), ...size },
      { data: [...mask].map((value) => value === 1), ...size },
      { labelMap: labels, labels: [3], ...size },
      { marginals, labels: [1], ...size },
      rgba((value) => [255 * value, 255 * value, 255 * value, 255]),
      rgba((value) => [9, 8, 7, 255 * value]),
    ]) {
      expect(cutOut(image, given)).toEqual(expected);
    }
  });

  test('a transparent picture stays so', () => {
    const { image, mask } = drawnDisc(1);
    const centre = 64 * width + 80;
    image.data[4 * centre + 3] = 51;
    expect(alphaOf(cutOut(image, { data: mask, width, height }))[centre]).toBeCloseTo(0.2, 6);
  });
});

test('a picture larger than what is worked on is cut out at its own size, along its own edge', () => {
  const [wide, high] = [1400, 700];
  const data = new Uint8ClampedArray(4 * wide * high).fill(255);
  for (let pixel = 0; pixel < wide * high; pixel++) {
    data.set(pixel % wide < 701 ? [180, 40, 30] : [30, 60, 170], 4 * pixel);
  }
  const mask = { data: new Uint8Array(20 * 10), width: 20, height: 10 };
  for (let pixel = 0; pixel < 200; pixel++) mask.data[pixel] = Number(pixel % 20 < 10);
  const result = cutOut({ data, width: wide, height: high }, mask);
  const row = alphaOf(result).subarray(350 * wide, 351 * wide);
  expect([...row.subarray(0, 697)].every((value) => value === 1)).toBe(true);
  expect([...row.subarray(705)].every((value) => value < 0.02)).toBe(true);
});

test.each([
  [1, 1],
  [1, 7],
  [5, 1],
])('a picture of %i×%i works', (across, down) => {
  const size = { width: across, height: down };
  const data = new Uint8Array(4 * across * down).fill(255);
  expect(cutOut({ data, ...size }, { data: new Uint8Array(across * down).fill(1), ...size }).data).toEqual(
    new Uint8ClampedArray(data),
  );
  expect(Math.max(...cutOut({ data, ...size }, { data: new Uint8Array(4), width: 2, height: 2 }).data)).toBe(0);
});

test.each<[string, unknown, unknown, unknown]>([
  ['image', null, undefined, undefined],
  ['image.data', { data: new Uint8Array(3), width: 2, height: 2 }, undefined, undefined],
  ['mask', undefined, 'a mask', undefined],
  ['mask', undefined, null, undefined],
  ['mask', undefined, { width: 2, height: 2 }, undefined],
  ['mask', undefined, { data: new Uint8Array(4), marginals: new Float32Array(4), width: 2, height: 2 }, undefined],
  ['mask.width', undefined, { data: new Uint8Array(4), width: 0, height: 2 }, undefined],
  ['mask.data', undefined, { data: new Uint8Array(5), width: 2, height: 2 }, undefined],
  ['mask.data', undefined, { data: Uint8Array.of(0, 20, 1, 2), width: 2, height: 2 }, undefined],
  ['mask.data[1]', undefined, { data: Uint16Array.of(0, 2, 1, 1), width: 2, height: 2 }, undefined],
  ['mask.data[2]', undefined, { data: Float32Array.of(0, 1, Number.NaN, 1), width: 2, height: 2 }, undefined],
  ['mask.data[3]', undefined, { data: Float32Array.of(0, 1, 1, 255), width: 2, height: 2 }, undefined],
  ['mask.data[0]', undefined, { data: [1, 0, 1, 0], width: 2, height: 2 }, undefined],
  ['mask.labels', undefined, { data: new Uint8Array(4), labels: [1], width: 2, height: 2 }, undefined],
  ['mask.labels', undefined, { labelMap: new Uint8Array(4), labels: [], width: 2, height: 2 }, undefined],
  ['mask.labels[0]', undefined, { marginals: new Float32Array(8), labels: [2], width: 2, height: 2 }, undefined],
  ['mask.marginals', undefined, { marginals: new Float32Array(7), labels: [0], width: 2, height: 2 }, undefined],
  ['mask, pixel 0', undefined, { data: Uint8Array.of(9, 8, 7, 255), width: 1, height: 1 }, undefined],
  ['mask.width', undefined, { data: new Uint8Array(20), width: 4, height: 5 }, undefined],
  ['options.band', undefined, undefined, { band: 0 }],
  ['options.maxHole', undefined, undefined, { maxHole: -1 }],
  ['options.radius', undefined, undefined, { radius: 3 }],
])('refuses a wrong %s', (argument, image, mask, options) => {
  const call = cutOut as (...given: readonly unknown[]) => unknown;
  const good = { data: new Uint8Array(80).fill(255), width: 5, height: 4 };
  const act = () => call(image === undefined ? good : image, mask === undefined ? good : mask, options);
  expect(act).toThrow(ArgumentError);
  expect(act).toThrow(`${argument}: got`);
});
