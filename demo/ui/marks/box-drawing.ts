// SPDX-License-Identifier: MIT

import { type Grip, gripAt, isWhole, movedBox, wholeBox } from '../../marks/box-edit.js';
import { type Box, boxBetween } from '../../marks/marks.js';
import { type Point, placeUnit } from '../../marks/stroke.js';
import type { MarkBoard } from '../../state/mark-board.js';

/** How far from a side of a box it can be held, in pixels of the page: fingers hide what they touch. */
const reaches = { touch: 22, other: 10 } as const;

/** Of a press of an arrow key, in units of a place: about half a percent of the picture. */
const keyStep = 20;

/** What is done to the box; one pointer draws at a time. Without a grip, `from` is the corner that a new box began at. */
let gesture: { board: MarkBoard; from: Point; held?: { box: Box; grip: Grip } } | undefined;

/** What the pointer would take hold of. Undefined: it would draw a new box, or a stroke. */
export function boxUnder(
  { pen, marks, viewport }: MarkBoard,
  place: Point,
  { pointerType, currentTarget }: { pointerType: string; currentTarget: HTMLElement },
): Grip | undefined {
  const { box } = marks.value;
  if (pen.tool.value !== 'box' || !box) return undefined;
  const { width, height } = currentTarget.getBoundingClientRect();
  const reach = pointerType === 'touch' ? reaches.touch : reaches.other;
  const seen = viewport.part.value;
  return gripAt(box, place, { x: (reach / width) * seen.width, y: (reach / height) * seen.height });
}

export function beginBox(board: MarkBoard, from: Point, grip: Grip | undefined): void {
  const { box } = board.drawn.value;
  gesture = { board, from, ...(box && grip && { held: { box, grip } }) };
  board.pen.draftBox.value = box && grip ? box : null;
}

export function extendBox(board: MarkBoard, to: Point): void {
  if (!gesture) return;
  const { from, held } = gesture;
  board.pen.draftBox.value = held
    ? movedBox(held.box, held.grip, { x: to.x - from.x, y: to.y - from.y })
    : boxBetween(from, to);
}

/** What is held just now. */
export function heldGrip(board: MarkBoard): Grip | undefined {
  return board.pen.draftBox.value && gesture?.board === board ? gesture.held?.grip : undefined;
}

/** Whether arrow keys move the box that there is, and no brush or corner. */
export function arrowsMoveBox(board: MarkBoard): boolean {
  const isDrawn = board.pen.draftBox.value !== undefined && !heldGrip(board);
  return board.pen.tool.value === 'box' && !isDrawn && board.marks.value.box !== null;
}

/** Moves the box, or with Control or Command its right and lower sides; with Shift farther. */
export function nudgeBox(
  board: MarkBoard,
  way: Point,
  { shiftKey, ctrlKey, metaKey }: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean },
): void {
  const { box } = board.marks.value;
  if (!box) return;
  const grip: Grip = ctrlKey || metaKey ? { x: 1, y: 1 } : wholeBox;
  const step = (keyStep * (shiftKey ? 4 : 1)) / placeUnit;
  gesture = { board, from: { x: 0, y: 0 }, held: { box, grip } };
  board.pen.draftBox.value = movedBox(box, grip, { x: way.x * step, y: way.y * step });
}

export function removeBox(board: MarkBoard): void {
  board.setBox(null);
}

/** The pointer's form says what it would do. */
export function showGrip(element: HTMLElement, grip: Grip | undefined): void {
  const isMirrored = element.dataset.mirror === 'true';
  element.dataset.grip = grip ? gripName(grip, isMirrored) : 'none';
}

function gripName(grip: Grip, isMirrored: boolean): string {
  if (isWhole(grip)) return 'whole';
  if (grip.x === 0) return 'vertical';
  if (grip.y === 0) return 'horizontal';
  return (grip.x === grip.y) === isMirrored ? 'rising' : 'falling';
}
