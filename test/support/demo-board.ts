// SPDX-License-Identifier: MIT

import { signal } from '@preact/signals';
import { noMarks } from '../../demo/marks/marks.js';
import { MarkBoard } from '../../demo/state/mark-board.js';
import { areSameLabels, labelSet, Palette } from '../../demo/state/palette.js';
import { Timeline } from '../../demo/state/timeline.js';

export type TestBoard = ReturnType<typeof boardOf>;

/** A board with labels of these names, of which nobody computes anything. */
export function boardOf(names: readonly string[]) {
  const palette = new Palette();
  palette.own.value = labelSet(names);
  const drawn = signal(noMarks);
  const capture = () => ({ own: palette.own.value, marks: drawn.value });
  const timeline = new Timeline<ReturnType<typeof capture>>({
    capture,
    restore({ own, marks }) {
      palette.own.value = own;
      drawn.value = marks;
      board.settle();
    },
    areSame: (one, other) => one.marks === other.marks && areSameLabels(one.own, other.own),
  });
  const on = {
    extent: signal(undefined),
    areas: signal(undefined),
    takesMarks: signal(true),
    ownsLabels: signal(true),
  };
  const board: MarkBoard = new MarkBoard(palette, drawn, on, timeline);
  return { board, palette, timeline };
}
