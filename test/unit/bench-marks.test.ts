// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { intersectionOverUnion, isObeyed, nextClick } from '../../bench/marks/player.js';
import { summarize } from '../../bench/marks/table.js';

const size = { width: 40, height: 30 };

/** Label 1 in the rectangles. */
function drawn(...rectangles: (readonly [left: number, top: number, right: number, bottom: number])[]) {
  const labels = new Uint8Array(size.width * size.height);
  for (const [left, top, right, bottom] of rectangles) {
    for (let y = top; y < bottom; y++) labels.fill(1, y * size.width + left, y * size.width + right);
  }
  return labels;
}

describe('the person who corrects', () => {
  test('clicks the middle of the largest error, with the label that belongs there', () => {
    const truth = { ...size, labels: drawn([0, 0, 9, 21], [20, 20, 25, 25]) };
    const click = nextClick(drawn([30, 0, 35, 5]), truth);
    // A rectangle of 9 by 21 at the picture's corner, whose edge is its border.
    expect(click?.label).toBe(1);
    expect(click?.points[0].x).toBe(4.5);
    expect(click?.points[0].y).toBeGreaterThanOrEqual(4.5);
    expect(click?.points[0].y).toBeLessThanOrEqual(16.5);
    expect(nextClick(drawn([0, 0, 9, 21], [20, 20, 25, 25], [30, 0, 35, 5]), truth)).toMatchObject({
      label: 0,
      points: [{ x: 32.5, y: 2.5 }],
    });
  });

  test('leaves alone what is right, and what is of no matter', () => {
    const labels = drawn([5, 5, 10, 10]).map((label, pixel) => (pixel === 0 ? 255 : label));
    expect(nextClick(drawn([5, 5, 10, 10], [0, 0, 1, 1]), { ...size, labels })).toBeUndefined();
  });

  test('is obeyed where every pixel of the disc has its label', () => {
    const click = { label: 1, radius: 6, points: [{ x: 20.5, y: 15.5 }] };
    const all = drawn([14, 9, 27, 22]);
    expect(isObeyed(all, { ...size, labels: all }, click)).toBe(true);
    all[9 * size.width + 20] = 0;
    expect(isObeyed(all, { ...size, labels: all }, click)).toBe(false);
  });
});

test('IoU leaves out what is of no matter', () => {
  const labels = drawn([0, 0, 10, 10]);
  labels.fill(255, 0, 10);
  expect(intersectionOverUnion(drawn([0, 0, 5, 10], [10, 0, 11, 10]), { ...size, labels })).toBeCloseTo(45 / 99);
});

test('a click that costs more than 0.02 is harm', () => {
  const summary = summarize([
    { scores: [0, 0.5, 0.49, 0.8], disobeyed: 1 },
    { scores: [0.5, 0.9, 0.85, 0.86], disobeyed: 0 },
  ]);
  expect(summary).toMatchObject({ photos: 2, disobeyed: 1, clicks: 6 });
  expect(summary.harmfulShare).toBeCloseTo(1 / 6);
  expect(summary.meanIoU[1]).toBeCloseTo(0.7);
});
