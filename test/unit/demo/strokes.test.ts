// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Stroke } from '../../../demo/marks/stroke.js';
import { samples } from '../../../demo/photo/samples.js';
import { History } from '../../../demo/state/history.js';
import { labelsNamed } from '../../../demo/state/labels.js';

const dab = (label: number | null, x: number, y: number, radius: number): Stroke => ({
  label,
  radius,
  points: [{ x, y }],
});

test.each(samples.map((sample) => [sample.id, sample] as const))('the sample %s draws all its labels', (_, sample) => {
  const drawn = new Set(sample.strokes.map(({ label }) => label));
  expect([...drawn].sort()).toEqual(sample.labels.map((_label, index) => index));
});

test('history: undo, redo, clear, and a new stroke that ends what could be redone', () => {
  const history = new History(signal(labelsNamed(['Background', 'Object'])));
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
