// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { Timeline } from '../../../demo/state/timeline.js';

/** Two numbers that somebody chooses, and what follows from the first by and by. */
function numbers() {
  const [a, b, found] = [signal(0), signal(0), signal('')];
  const capture = () => ({ a: a.value, b: b.value, found: found.value });
  const timeline = new Timeline<ReturnType<typeof capture>>({
    capture,
    restore(state) {
      a.value = state.a;
      b.value = state.b;
      found.value = state.found;
    },
    areSame: (one, other) => one.a === other.a && one.b === other.b,
  });
  const set = (value: number) =>
    timeline.act('a', () => {
      a.value = value;
    });
  return { a, b, found, timeline, set };
}

describe('a timeline', () => {
  test('goes to its beginning and to its end', () => {
    const { a, timeline, set } = numbers();
    const slider = timeline.cell('b', signal(0));
    for (const value of [1, 2, 3]) set(value);
    expect([timeline.canUndo.value, timeline.canRedo.value]).toEqual([true, false]);
    for (const value of [2, 1, 0, 0]) {
      timeline.undo();
      expect(a.value).toBe(value);
    }
    expect([timeline.canUndo.value, timeline.canRedo.value]).toEqual([false, true]);
    for (const value of [1, 2, 3, 3]) {
      timeline.redo();
      expect(a.value).toBe(value);
    }
    expect(timeline.said.value?.text).toBe('Redone: a');
    expect(slider.value).toBe(0);
  });

  test('has one step for a gesture, however often it changes the value, and another for the next', () => {
    const { b, timeline } = numbers();
    const slider = timeline.cell('b', b);
    for (const value of [1, 2, 3]) slider.value = value;
    timeline.endGesture();
    for (const value of [4, 5]) slider.value = value;
    timeline.undo();
    expect(b.value).toBe(3);
    timeline.undo();
    expect([b.value, timeline.canUndo.value]).toEqual([0, false]);
    // A gesture does not go on after it was undone.
    slider.value = 7;
    timeline.undo();
    expect(b.value).toBe(0);
  });

  test('takes two values that change in turn for two steps', () => {
    const { a, b, timeline, set } = numbers();
    const slider = timeline.cell('b', b);
    slider.value = 1;
    set(1);
    slider.value = 2;
    timeline.undo();
    expect([a.value, b.value]).toEqual([1, 1]);
    timeline.undo();
    expect([a.value, b.value]).toEqual([0, 1]);
  });

  test('knows no step that changed nothing, or whose change did not last', () => {
    const { a, timeline, set } = numbers();
    set(0);
    expect(timeline.canUndo.value).toBe(false);
    set(1);
    set(2);
    // As of a network that could not be had.
    a.value = 1;
    timeline.undo();
    expect([a.value, timeline.canUndo.value]).toEqual([0, false]);
  });

  test('brings back what followed from a step after it', () => {
    const { found, timeline, set } = numbers();
    set(1);
    found.value = 'one';
    set(2);
    found.value = 'two';
    timeline.undo();
    expect(found.value).toBe('one');
    timeline.redo();
    expect(found.value).toBe('two');
  });

  test('ends what could be redone with a new step, and forgets it all when it is told', () => {
    const { a, b, timeline, set } = numbers();
    set(1);
    timeline.undo();
    set(5);
    expect(timeline.canRedo.value).toBe(false);
    timeline.rewrite((state) => ({ ...state, a: 5 }));
    expect(timeline.canUndo.value).toBe(false);
    b.value = 1;
    set(6);
    timeline.clear();
    timeline.undo();
    expect([a.value, timeline.canUndo.value]).toEqual([6, false]);
  });

  test('takes what a step does in turn for a part of it', () => {
    const { a, b, timeline, set } = numbers();
    timeline.act('both', () => {
      set(1);
      b.value = 1;
    });
    timeline.undo();
    expect([a.value, b.value, timeline.canUndo.value]).toEqual([0, 0, false]);
  });
});
