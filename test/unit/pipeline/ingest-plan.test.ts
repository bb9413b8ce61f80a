// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { planIngest, planWorkingSize } from '../../../src/pipeline/frames/plan.js';

describe('planIngest', () => {
  test('a stretched frame fills the network', () => {
    const window = { x: 0, y: 0, width: 257, height: 257 };
    expect(planIngest({ width: 257, height: 257 }, 640, 480)).toEqual({ width: 257, height: 257, window });
  });

  test('a letterboxed frame keeps its shape, centred on whole pixels', () => {
    const planned = planIngest({ width: 257, height: 257, fit: 'letterbox' }, 640, 480);
    expect(planned).toEqual({ width: 257, height: 257, window: { x: 0, y: 32, width: 257, height: 193 } });
    const upright = planIngest({ width: 256, height: 128, fit: 'letterbox' }, 480, 640);
    expect(upright.window).toEqual({ x: 80, y: 0, width: 96, height: 128 });
  });

  test('a thread of a frame keeps one pixel', () => {
    const { window } = planIngest({ width: 64, height: 64, fit: 'letterbox' }, 10000, 3);
    expect(window).toEqual({ x: 0, y: 31, width: 64, height: 1 });
  });

  test('a free size follows the frame, rounded to multiples', () => {
    const input = { longSide: 512, multipleOf: 32 };
    expect(planIngest(input, 640, 480)).toMatchObject({ width: 512, height: 384 });
    expect(planIngest(input, 1000, 333)).toMatchObject({ width: 512, height: 160 });
    expect(planIngest(input, 3, 4000)).toMatchObject({ width: 32, height: 512 });
    expect(planIngest({ longSide: 100 }, 30, 20)).toMatchObject({ width: 100, height: 67 });
    // What rounding adds is filled.
    expect(planIngest({ ...input, fit: 'letterbox' }, 1000, 333).window).toEqual({
      x: 16,
      y: 0,
      width: 480,
      height: 160,
    });
  });

  test.each([
    [{ width: 0, height: 5 }, 'input.width: got 0, expected a whole number in 1..16384'],
    [{ width: 5, height: 2.5 }, 'input.height: got 2.5'],
    [{ longSide: Number.NaN }, 'input.longSide: got NaN'],
    [{ longSide: 64, multipleOf: 0 }, 'input.multipleOf: got 0'],
    [{ longSide: 16384, multipleOf: 16000 }, undefined],
    [{ longSide: 16384, multipleOf: 10900 }, 'input.longSide: got 16384, expected a side that is at most 16384 once'],
  ])('%j', (input, message) => {
    if (message === undefined) expect(() => planIngest(input, 8, 8)).not.toThrow();
    else expect(() => planIngest(input, 8, 8)).toThrow(message);
  });

  test('a frame without pixels is refused', () => {
    expect(() => planIngest({ width: 5, height: 5 }, 0, 7)).toThrow('frame.width: got 0, expected a whole number in');
  });
});

describe('planWorkingSize', () => {
  test('shrinks to the long side and never enlarges', () => {
    expect(planWorkingSize({ width: 1920, height: 1080 }, 640)).toEqual({ width: 640, height: 360 });
    expect(planWorkingSize({ width: 333, height: 1000 }, 500)).toEqual({ width: 167, height: 500 });
    expect(planWorkingSize({ width: 320, height: 240 }, 640)).toEqual({ width: 320, height: 240 });
    expect(planWorkingSize({ width: 4000, height: 2 }, 100)).toEqual({ width: 100, height: 1 });
  });

  test('refuses a long side that is none', () => {
    expect(() => planWorkingSize({ width: 5, height: 5 }, 0)).toThrow('longSide: got 0, expected a whole number in');
  });
});
