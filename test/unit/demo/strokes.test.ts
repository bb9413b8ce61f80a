// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { rasterize } from '../../../demo/marks/rasterize.js';
import { type Stroke, unmarked } from '../../../demo/marks/stroke.js';
import { samples } from '../../../demo/photo/samples.js';
import { History } from '../../../demo/state/history.js';

const dab = (label: number | null, x: number, y: number, radius: number): Stroke => ({
  label,
  radius,
  points: [{ x, y }],
});

/** Of strokes alone. */
const marksOf = (strokes: readonly Stroke[], width: number, height: number) =>
  rasterize({ strokes, box: null }, width, height);

function count(marks: Uint8Array, value: number): number {
  return marks.filter((mark) => mark === value).length;
}

describe('marks of strokes', () => {
  test('a dab is a disc', () => {
    const marks = marksOf([dab(1, 0.5, 0.5, 0.1)], 100, 100);
    expect(count(marks, 1)).toBeGreaterThan(305);
    expect(count(marks, 1)).toBeLessThan(325);
    expect(marks[50 * 100 + 59]).toBe(1);
    expect(marks[50 * 100 + 61]).toBe(unmarked);
  });

  test('a line is as wide as the brush, and cut off at the edge', () => {
    const line: Stroke = {
      label: 0,
      radius: 0.05,
      points: [
        { x: -1, y: 0.5 },
        { x: 2, y: 0.5 },
      ],
    };
    expect(count(marksOf([line], 100, 50), 0)).toBe(100 * 10);
  });

  test('the thinnest brush leaves no gaps', () => {
    const line: Stroke = {
      label: 0,
      radius: 0,
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 0.7 },
      ],
    };
    const marks = marksOf([line], 50, 50);
    for (let x = 0; x < 50; x++) {
      expect(marks.some((mark, pixel) => pixel % 50 === x && mark === 0)).toBe(true);
    }
  });

  test('later strokes cover earlier ones, and the eraser takes away', () => {
    const marks = marksOf([dab(0, 0.5, 0.5, 0.3), dab(3, 0.5, 0.5, 0.2), dab(null, 0.5, 0.5, 0.1)], 60, 60);
    expect([marks[30 * 60 + 30], marks[30 * 60 + 39], marks[30 * 60 + 45]]).toEqual([unmarked, 3, 0]);
  });

  test('outside of a box is the first label, and strokes cover it', () => {
    const box = { left: 0.25, top: 0.5, width: 0.5, height: 0.5 };
    const marks = rasterize({ strokes: [dab(2, 0, 0, 0.05)], box }, 40, 20);
    expect(count(marks, unmarked)).toBe(20 * 10);
    expect([marks[0], marks[39], marks[15 * 40 + 20]]).toEqual([2, 0, unmarked]);
  });

  test.each(samples.map((sample) => [sample.id, sample] as const))(
    'the sample %s draws all its labels',
    (_, sample) => {
      const marks = marksOf(sample.strokes, 120, 100);
      const drawn = new Set(marks.filter((mark) => mark !== unmarked));
      expect([...drawn].sort()).toEqual(sample.labels.map((_label, index) => index));
    },
  );
});

test('history: undo, redo, clear, and a new stroke that ends what could be redone', () => {
  const history = new History();
  const [a, b, c] = [dab(0, 0, 0, 1), dab(1, 0, 0, 1), dab(2, 0, 0, 1)];
  history.add(a);
  history.add(b);
  history.clear();
  expect(history.marks.value.strokes).toEqual([]);
  history.undo();
  expect(history.marks.value.strokes).toEqual([a, b]);
  history.undo();
  history.redo();
  expect(history.marks.value.strokes).toEqual([a, b]);
  history.undo();
  history.add(c);
  expect(history.marks.value.strokes).toEqual([a, c]);
  expect(history.canRedo.value).toBe(false);
  history.reset({ marks: { strokes: [b], box: null }, merges: {} });
  expect([history.marks.value.strokes, history.canUndo.value]).toEqual([[b], false]);
});
