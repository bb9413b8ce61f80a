// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { planIngest, planWorkingSize } from '../../../src/pipeline/frames/plan.js';

const fixed = (width: number, height: number) => ({ kind: 'fixed', width, height }) as const;
const free = (longSide: number, multipleOf: number) => ({ kind: 'free', longSide, multipleOf }) as const;

describe('planIngest', () => {
  test('a stretched frame fills the network', () => {
    const window = { x: 0, y: 0, width: 257, height: 257 };
    expect(planIngest({ size: fixed(257, 257), fit: 'stretch' }, 640, 480)).toEqual({
      width: 257,
      height: 257,
      window,
    });
  });

  test('a letterboxed frame keeps its shape, centred on whole pixels', () => {
    const planned = planIngest({ size: fixed(257, 257), fit: 'letterbox' }, 640, 480);
    expect(planned).toEqual({ width: 257, height: 257, window: { x: 0, y: 32, width: 257, height: 193 } });
    const upright = planIngest({ size: fixed(256, 128), fit: 'letterbox' }, 480, 640);
    expect(upright.window).toEqual({ x: 80, y: 0, width: 96, height: 128 });
  });

  test('a thread of a frame keeps one pixel', () => {
    const { window } = planIngest({ size: fixed(64, 64), fit: 'letterbox' }, 10000, 3);
    expect(window).toEqual({ x: 0, y: 31, width: 64, height: 1 });
  });

  test('a free size follows the frame, and what rounding adds is filled', () => {
    const size = free(512, 32);
    expect(planIngest({ size, fit: 'stretch' }, 640, 480)).toMatchObject({ width: 512, height: 384 });
    const letterboxed = planIngest({ size, fit: 'letterbox' }, 1000, 333);
    expect(letterboxed).toEqual({ width: 512, height: 160, window: { x: 16, y: 0, width: 480, height: 160 } });
  });

  test.each([
    [fixed(0, 5), 'input.width: got 0, expected a whole number in 1..16384'],
    [fixed(5, 2.5), 'input.height: got 2.5'],
    [free(Number.NaN, 1), 'input.longSide: got NaN'],
    [free(16384, 10900), 'input.longSide: got 16384, expected a side that is at most 16384 once rounded'],
  ])('%j', (size, message) => {
    expect(() => planIngest({ size, fit: 'stretch' }, 8, 8)).toThrow(message);
  });

  test('a frame without pixels is refused', () => {
    expect(() => planIngest({ size: fixed(5, 5), fit: 'stretch' }, 0, 7)).toThrow(
      'frame.width: got 0, expected a whole',
    );
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
