// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { areSameBoxes, type Grip, gripAt, gripsOfSides, movedBox, wholeBox } from '../../../demo/marks/box-edit.js';
import type { Box } from '../../../demo/marks/marks.js';
import { decodeMarks, encodeMarks } from '../../../demo/marks/marks-code.js';
import { boardOf } from '../../support/demo-board.js';

const box: Box = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 };
const reach = { x: 0.02, y: 0.04 };

function grip(x: Grip['x'], y: Grip['y']): Grip {
  return { x, y };
}

describe('what a box is held by', () => {
  test.each([
    ['a corner, a little outside', 0.24, 0.47, grip(-1, -1)],
    ['a corner, a little inside', 0.74, 0.74, grip(1, 1)],
    ['another corner', 0.76, 0.49, grip(1, -1)],
    ['the upper side', 0.5, 0.48, grip(0, -1)],
    ['the left side', 0.25, 0.6, grip(-1, 0)],
    ['all of it, in the middle', 0.5, 0.62, wholeBox],
    ['nothing beside it', 0.2, 0.6, undefined],
    ['nothing below it', 0.5, 0.8, undefined],
  ])('%s', (_, x, y, expected) => {
    expect(gripAt(box, { x, y }, reach)).toEqual(expected);
  });

  test('a box smaller than a finger can be moved still', () => {
    const small = { left: 0.5, top: 0.5, width: 0.02, height: 0.02 };
    expect(gripAt(small, { x: 0.51, y: 0.51 }, { x: 0.1, y: 0.1 })).toEqual(wholeBox);
    expect(gripAt(small, { x: 0.45, y: 0.55 }, { x: 0.1, y: 0.1 })).toEqual(grip(-1, 1));
  });

  test('eight places are marked', () => {
    expect(gripsOfSides).toHaveLength(8);
    expect(new Set(gripsOfSides.map(({ x, y }) => `${x} ${y}`)).size).toBe(8);
  });
});

describe('a box that is dragged', () => {
  test('moves as a whole, and stops at the edge of the picture with its size', () => {
    expect(movedBox(box, wholeBox, { x: 0.125, y: -0.25 })).toEqual({ ...box, left: 0.375, top: 0.25 });
    expect(movedBox(box, wholeBox, { x: 3, y: -3 })).toEqual({ ...box, left: 0.5, top: 0 });
    expect(movedBox(box, wholeBox, { x: -3, y: 3 })).toEqual({ ...box, left: 0, top: 0.75 });
  });

  test('by a corner changes two sides, by a side one', () => {
    expect(movedBox(box, grip(-1, -1), { x: -0.125, y: 0.125 })).toEqual({
      left: 0.125,
      top: 0.625,
      width: 0.625,
      height: 0.125,
    });
    expect(movedBox(box, grip(1, 0), { x: 0.125, y: 0.3 })).toEqual({ ...box, width: 0.625 });
    expect(movedBox(box, grip(0, 1), { x: 0.3, y: 5 })).toEqual({ ...box, height: 0.5 });
  });

  test('never turns inside out, whatever holds it', () => {
    for (const held of gripsOfSides) {
      for (const way of [-9, -0.6, -0.3, 0.3, 0.6, 9]) {
        const { left, top, width, height } = movedBox(box, held, { x: way, y: way });
        expect(Math.min(width, height)).toBeGreaterThan(0.019);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('is the same in a link', () => {
    const dragged = movedBox(box, grip(1, -1), { x: 0.1234567, y: 0.0765432 });
    const { box: read = null } = decodeMarks(encodeMarks({ strokes: [], box: dragged }), 2) ?? {};
    expect(areSameBoxes(read, dragged)).toBe(true);
  });
});

test('a box that did not move is no step for undo; one that moved or went is', () => {
  const { board, timeline } = boardOf(['Background', 'Object']);
  board.setBox(box);
  board.setBox({ ...box });
  board.setBox({ ...box, left: 0.125 });
  board.setBox(null);
  board.setBox(null);
  expect(board.drawn.value.box).toBeNull();
  timeline.undo();
  expect(board.drawn.value.box?.left).toBe(0.125);
  timeline.undo();
  expect(board.drawn.value.box).toEqual(box);
  timeline.undo();
  expect(timeline.canUndo.value).toBe(false);
});
