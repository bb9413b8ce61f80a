// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { type Marks, withoutLabel } from '../../../demo/marks/marks.js';
import { History } from '../../../demo/state/history.js';
import { labelsNamed, withAnotherLabel } from '../../../demo/state/labels.js';
import { mergesWithout } from '../../../demo/state/merges.js';

const box = { left: 0.1, top: 0.1, width: 0.5, height: 0.5 };

function strokeOf(label: number | null) {
  return { label, radius: 0.01, points: [{ x: 0.5, y: 0.5 }] };
}

describe('a label that is removed', () => {
  const marks: Marks = { strokes: [0, 1, null, 2, 3].map(strokeOf), box };

  test('takes its marks with it, and those behind it move up', () => {
    expect(withoutLabel(marks, 2).strokes.map(({ label }) => label)).toEqual([0, 1, null, 2]);
    expect(withoutLabel(marks, 2).box).toBe(box);
  });

  test('takes the box where that is around it', () => {
    expect(withoutLabel(marks, 1)).toEqual({ strokes: [0, null, 1, 2].map(strokeOf), box: null });
  });

  test('leaves what was merged into it standing alone', () => {
    expect(mergesWithout({ 1: 2, 3: 2, 4: 5 }, 2)).toEqual({ 3: 4 });
    expect(mergesWithout({ 2: 1, 4: 1 }, 2)).toEqual({ 3: 1 });
  });

  test('gives its colour free', () => {
    const labels = labelsNamed(['Background', 'Cat', 'Dog', 'Mouse']);
    const [, , dog] = labels;
    const others = labels.filter((label) => label !== dog);
    const [last] = withAnotherLabel(others).slice(-1);
    expect(last).toEqual({ name: 'Object 3', colour: dog.colour, isShown: true });
    expect(withAnotherLabel([...others, { ...dog, name: 'Object 4' }]).at(-1)?.name).toBe('Object 5');
  });
});

describe('undo', () => {
  test('takes back a label that was added before it takes back a stroke', () => {
    const labels = signal(labelsNamed(['Background', 'Cat']));
    const history = new History(labels);
    history.add(strokeOf(1));
    history.setLabels(withAnotherLabel(labels.value));
    expect(labels.value).toHaveLength(3);
    history.undo();
    expect(labels.value.map(({ name }) => name)).toEqual(['Background', 'Cat']);
    expect(history.marks.value.strokes).toHaveLength(1);
    history.redo();
    expect(labels.value.map(({ name }) => name)).toEqual(['Background', 'Cat', 'Object 2']);
    history.undo();
    history.undo();
    expect(history.isEmpty.value).toBe(true);
    expect(labels.value).toHaveLength(2);
  });

  test('brings a removed label back with its marks', () => {
    const labels = signal(labelsNamed(['Background', 'Cat', 'Dog']));
    const history = new History(labels);
    const marks = { strokes: [0, 1, 2].map(strokeOf), box: null };
    history.reset({ marks, merges: { 2: 1 } });
    history.setLabels([labels.value[0], labels.value[2]], {
      marks: withoutLabel(marks, 1),
      merges: mergesWithout({ 2: 1 }, 1),
    });
    expect(history.marks.value.strokes.map(({ label }) => label)).toEqual([0, 1]);
    history.undo();
    expect(labels.value.map(({ name }) => name)).toEqual(['Background', 'Cat', 'Dog']);
    expect([history.marks.value, history.merges.value]).toEqual([marks, { 2: 1 }]);
  });

  test('keeps names and what is hidden where the labels are the same', () => {
    const labels = signal(labelsNamed(['Background', 'Cat']));
    const history = new History(labels);
    history.add(strokeOf(1));
    const named = labels.value.map((label) => ({ ...label, name: `${label.name}!`, isShown: false }));
    labels.value = named;
    history.undo();
    expect(labels.value).toBe(named);
  });
});
