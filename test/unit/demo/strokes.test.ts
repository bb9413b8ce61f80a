// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import type { Stroke } from '../../../demo/marks/stroke.js';
import { samples } from '../../../demo/photo/samples.js';
import { boardOf } from '../../support/demo-board.js';

const dab = (label: number | null, x: number, y: number, radius: number): Stroke => ({
  label,
  radius,
  points: [{ x, y }],
});

test.each(samples.map((sample) => [sample.id, sample] as const))('the sample %s draws all its labels', (_, sample) => {
  const drawn = new Set(sample.strokes.map(({ label }) => label));
  expect([...drawn].sort()).toEqual(sample.labels.map((_label, index) => index));
});

test('strokes: undo, redo, clear, and a new stroke that ends what could be redone', () => {
  const { board, timeline } = boardOf(['Background', 'Object']);
  const [a, b, c] = [dab(0, 0, 0, 1), dab(1, 0, 0, 1), dab(2, 0, 0, 1)];
  board.add(a);
  board.add(b);
  board.clear();
  expect(board.drawn.value.strokes).toEqual([]);
  timeline.undo();
  expect(board.drawn.value.strokes).toEqual([a, b]);
  timeline.undo();
  timeline.redo();
  expect(board.drawn.value.strokes).toEqual([a, b]);
  timeline.undo();
  board.add(c);
  expect(board.drawn.value.strokes).toEqual([a, c]);
  expect(timeline.canRedo.value).toBe(false);
  timeline.clear();
  expect([board.drawn.value.strokes, timeline.canUndo.value]).toEqual([[a, c], false]);
});
