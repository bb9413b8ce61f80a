// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { type Marks, withoutLabel } from '../../../demo/marks/marks.js';
import { labelsNamed, withAnotherLabel } from '../../../demo/state/labels.js';
import { mergesWithout } from '../../../demo/state/merges.js';
import { boardOf, type TestBoard } from '../../support/demo-board.js';

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
  const namesOf = ({ palette }: TestBoard) => palette.labels.value.map(({ name }) => name);

  test('takes back a label that was added before it takes back a stroke, and draws no label that is gone', () => {
    const test = boardOf(['Background', 'Cat']);
    const { board, timeline } = test;
    board.add(strokeOf(1));
    board.addLabel();
    expect([namesOf(test).length, board.pen.tool.value]).toEqual([3, 2]);
    timeline.undo();
    expect([namesOf(test), board.pen.tool.value]).toEqual([['Background', 'Cat'], 1]);
    expect(board.drawn.value.strokes).toHaveLength(1);
    timeline.redo();
    expect(namesOf(test)).toEqual(['Background', 'Cat', 'Object 2']);
    timeline.undo();
    timeline.undo();
    expect(board.isEmpty.value).toBe(true);
    expect(namesOf(test)).toHaveLength(2);
  });

  test('brings a removed label back with its marks', () => {
    const test = boardOf(['Background', 'Cat', 'Dog']);
    const { board, timeline } = test;
    for (const label of [0, 1, 2]) board.add(strokeOf(label));
    board.merge(2, 1);
    board.removeLabel(1);
    expect(board.drawn.value.strokes.map(({ label }) => label)).toEqual([0, 1]);
    expect([namesOf(test), board.palette.merges.value]).toEqual([['Background', 'Dog'], {}]);
    timeline.undo();
    expect([namesOf(test), board.palette.merges.value]).toEqual([['Background', 'Cat', 'Dog'], { 2: 1 }]);
    expect(board.drawn.value.strokes.map(({ label }) => label)).toEqual([0, 1, 2]);
  });

  test('takes back a name that was typed in one step, and what was hidden in another', () => {
    const test = boardOf(['Background', 'Cat']);
    const { board, timeline } = test;
    for (const name of ['Ca', 'C', 'Co', 'Cow']) board.changeLabel(1, { name });
    timeline.endGesture();
    board.changeLabel(1, { isShown: false });
    timeline.undo();
    expect(test.palette.labels.value[1]).toMatchObject({ name: 'Cow', isShown: true });
    expect(timeline.said.value?.text).toBe('Undone: show or hide a label');
    timeline.undo();
    expect([namesOf(test), timeline.canUndo.value]).toEqual([['Background', 'Cat'], false]);
  });
});
