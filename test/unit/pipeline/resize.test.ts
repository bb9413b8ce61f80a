// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { resizeFrame, resizeToBytes, resizeToTensor } from '../../../src/reference/pipeline/resize.js';
import { randomImage } from '../../support/random.js';

const row = [10, 200, 30, 90, 250, 0, 77, 140, 65, 33, 180];

/** Pillow 12.3.0: `Image('F').resize((n, 1), BILINEAR)` of `row`. */
const pillow: Record<number, number[]> = {
  1: [97.4835],
  4: [96.1111, 116.35, 86.85, 91.4444],
  7: [86.0, 87.2222, 156.25, 68.8421, 107.75, 68.6111, 121.2],
  16: [
    10.0, 110.9375, 162.8125, 45.9375, 65.625, 135.0, 245.0, 85.9375, 26.4688, 78.9688, 122.2812, 109.5312, 62.0, 40.0,
    101.9062, 180.0,
  ],
};

function frameOf(values: readonly number[], width: number, height: number) {
  return { data: Uint8ClampedArray.from(values.flatMap((value) => [value, 255 - value, 7, value])), width, height };
}

test.each(Object.keys(pillow).map(Number))('11 pixels become %i as Pillow has it, along both axes', (n) => {
  const whole = (width: number, height: number) => ({ width, height, window: { x: 0, y: 0, width, height } });
  const flat = resizeFrame(frameOf(row, 11, 1), whole(n, 1), [0, 0, 0]);
  const upright = resizeFrame(frameOf(row, 1, 11), whole(1, n), [0, 0, 0]);
  expect(upright).toEqual(flat);
  const channel = (index: number) => flat.filter((_byte, i) => i % 4 === index);
  expect(channel(0)).toBeAllClose(pillow[n], { tolerance: 1e-4 });
  expect(channel(1)).toBeAllClose(
    pillow[n].map((value) => 255 - value),
    { tolerance: 1e-4 },
  );
  expect(channel(2)).toBeAllClose(Array(n).fill(7), { tolerance: 1e-9 });
  // Alpha is a channel like the others.
  expect(channel(3)).toEqual(channel(0));
});

test('a size that stays keeps every byte', () => {
  const data = randomImage(35, 4);
  expect([...resizeToBytes({ data, width: 7, height: 5 }, 7, 5)]).toEqual([...data]);
});

test('a tensor has its channels, factors and fill where they belong', () => {
  const frame = { data: Uint8ClampedArray.of(10, 20, 30, 255), width: 1, height: 1 };
  const placement = { width: 2, height: 1, window: { x: 1, y: 0, width: 1, height: 1 } };
  const values = { factor: [1, 2, 3], offset: [0.5, 0, -1], fill: [1, 2, 3] };
  const rgb = resizeToTensor(frame, placement, { layout: 'NHWC', channels: 'RGB', ...values });
  expect([...rgb]).toEqual([1.5, 4, 8, 10.5, 40, 89]);
  const bgr = resizeToTensor(frame, placement, { layout: 'NCHW', channels: 'BGR', ...values });
  expect([...bgr]).toEqual([3.5, 30.5, 4, 40, 2, 29]);
});
