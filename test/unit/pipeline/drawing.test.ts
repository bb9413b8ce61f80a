// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { planBlur } from '../../../src/pipeline/drawing/blur-plan.js';
import { framePosition, placeFrame, tapsFor } from '../../../src/pipeline/drawing/placement.js';
import { checkColour, checkColours } from '../../../src/problem/colours.js';
import { vocColours } from '../../../src/problem/voc-colours.js';

describe('placement', () => {
  const frame = { width: 640, height: 480 };

  test.each(['contain', 'cover'] as const)("'%s' puts centre on centre and keeps pixels square", (fit) => {
    for (const target of [
      { width: 1000, height: 100 },
      { width: 33, height: 777 },
    ]) {
      for (const mirror of [false, true]) {
        const { offsetX, offsetY, stepX, stepY } = placeFrame(frame, target, fit, mirror);
        expect(offsetX + (stepX * target.width) / 2).toBeCloseTo(320, 9);
        expect(offsetY + (stepY * target.height) / 2).toBeCloseTo(240, 9);
        expect(stepX).toBe(mirror ? -stepY : stepY);
        const shown = [target.width * stepY, target.height * stepY];
        const [wide, high] = [shown[0] >= 640 - 1e-9, shown[1] >= 480 - 1e-9];
        // All of the frame is in the target, or all of the target in the frame; one side fits just so.
        expect(fit === 'contain' ? wide && high : shown[0] <= 640 + 1e-9 && shown[1] <= 480 + 1e-9).toBe(true);
        expect(Math.min(Math.abs(shown[0] - 640), Math.abs(shown[1] - 480))).toBeLessThan(1e-9);
      }
    }
  });

  test('at the same size, frame pixels are target pixels exactly', () => {
    expect(placeFrame(frame, frame, 'contain', false)).toEqual({ offsetX: 0, offsetY: 0, stepX: 1, stepY: 1 });
  });

  test('a pointer is told what it is on, and that it is in the margin', () => {
    const target = { width: 1280, height: 480 };
    expect(framePosition(frame, target, {}, { x: 320.5, y: 10 })).toEqual({ x: 0.5, y: 10 });
    expect(framePosition(frame, target, { mirror: true }, { x: 320.5, y: 10 })).toEqual({ x: 639.5, y: 10 });
    expect(framePosition(frame, target, {}, { x: 319, y: 10 })).toBeNull();
    expect(framePosition(frame, target, { fit: 'cover' }, { x: 0, y: 0 })).toEqual({ x: 0, y: 120 });
  });

  test.each([
    [0.3, 1],
    [1, 1],
    [1.01, 2],
    [-2, 2],
    [7.5, 8],
  ])('steps of %f take %i samples', (step, taps) => {
    expect(tapsFor(step)).toBe(taps);
  });
});

describe('blur', () => {
  test('costs the same whatever its width', () => {
    for (let sigmaXY = 0.1; sigmaXY < 900; sigmaXY *= 1.07) {
      const { exponent, sigma, radius } = planBlur(sigmaXY, 11);
      expect(exponent).toBeGreaterThanOrEqual(1);
      expect(radius).toBeLessThanOrEqual(12);
      // The Gaussian, and what halving and interpolating blur besides, come to what was asked for; under a pixel's width it is as narrow as it gets.
      const whole = 2 ** exponent * Math.sqrt(sigma ** 2 + 1 / 4);
      expect(whole).toBeCloseTo(Math.max(sigmaXY, 1), 9);
    }
  });

  test('of a small frame has few sizes to take', () => {
    expect(planBlur(500, 3).exponent).toBe(3);
  });
});

describe('colours', () => {
  test('are read with and without opacity', () => {
    expect(checkColour('colour', '#ff8000')).toEqual([1, 128 / 255, 0, 1]);
    expect(checkColour('colour', '#FF800080')).toEqual([1, 128 / 255, 0, 128 / 255]);
    for (const wrong of ['#fff', 'ff8000', '#ff80000', '#gg8000', 7, null]) {
      expect(() => checkColour('colour', wrong)).toThrow(/^colour: got .*, expected a colour as "#rrggbb"/);
    }
  });

  test('beyond the labels are left out, and are colours too', () => {
    expect(checkColours('colours', ['#000000', '#ffffff', '#ff0000'], 2)).toHaveLength(2);
    expect(() => checkColours('colours', ['#000000', '#ffffff', 'nonsense'], 2)).toThrow('colours[2]: got "nonsense"');
  });

  test("by default are Pascal VOC's", () => {
    const colours = vocColours(1000);
    // background, aeroplane, person, tv monitor, and the border between objects.
    expect([0, 1, 15, 20, 255].map((label) => colours[label])).toEqual([
      '#000000',
      '#800000',
      '#c08080',
      '#004080',
      '#e0e0c0',
    ]);
    expect(new Set(colours).size).toBe(1000);
  });
});
