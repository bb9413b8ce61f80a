// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { CpuResizer } from '../../../src/pipeline/cpu/resizer.js';
import { planIngest } from '../../../src/pipeline/frames/plan.js';
import { resizeToBytes, resizeToTensor } from '../../../src/reference/pipeline/resize.js';
import { randomImage } from '../../support/random.js';

const values = { factor: [0.5, 0.25, 2], offset: [1, -2, 3], fill: [20, 40, 60] } as const;

describe.each([
  [64, 48, 32, 24],
  [31, 17, 7, 13],
  [5, 3, 11, 20],
  [1, 1, 4, 4],
  [40, 1, 3, 9],
  [16, 16, 16, 16],
])('a frame of %i×%i at %i×%i', (width, height, newWidth, newHeight) => {
  const frame = { data: Uint8ClampedArray.from(randomImage(width * height, 3)), width, height };
  const size = { kind: 'fixed', width: newWidth, height: newHeight } as const;

  test('as bytes is what the twin makes of it', () => {
    const resizer = new CpuResizer();
    const bytes = resizer.toBytes(frame, newWidth, newHeight);
    const expected = resizeToBytes(frame, newWidth, newHeight);
    expect(bytes.filter((_, i) => i % 4 < 3)).toEqual(new Uint8ClampedArray(expected.filter((_, i) => i % 4 < 3)));
    expect(bytes.every((value, i) => i % 4 < 3 || value === 255)).toBe(true);
    expect(resizer.toBytes(frame, newWidth, newHeight, bytes)).toBe(bytes);
  });

  test.each([
    ['NHWC', 'RGB', 'stretch'],
    ['NCHW', 'BGR', 'letterbox'],
    ['NHWC', 'BGR', 'letterbox'],
  ] as const)('as a tensor is what the twin makes of it: %s, %s, %s', (layout, channels, fit) => {
    const placement = planIngest({ size, fit }, width, height);
    const form = { layout, channels, ...values };
    const resizer = new CpuResizer();
    const tensor = resizer.toTensor(frame, placement, form);
    expect(tensor).toBeAllClose(resizeToTensor(frame, placement, form), { tolerance: 1e-3 });
    // Into an array of before, whatever it held.
    tensor.fill(7);
    expect(resizer.toTensor(frame, placement, form, tensor)).toBe(tensor);
    expect(tensor).toBeAllClose(resizeToTensor(frame, placement, form), { tolerance: 1e-3 });
  });
});

test('keeps nothing of a frame of another size', () => {
  const resizer = new CpuResizer();
  for (const [width, height] of [
    [20, 10],
    [10, 20],
    [20, 10],
  ]) {
    const frame = { data: Uint8ClampedArray.from(randomImage(width * height, width)), width, height };
    expect(resizer.toBytes(frame, 5, 4)).toEqual(new CpuResizer().toBytes(frame, 5, 4));
  }
});
