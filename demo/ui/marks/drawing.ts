// SPDX-License-Identifier: MIT

import { batch } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedMouseEvent, TargetedPointerEvent, TargetedWheelEvent } from 'preact';
import type { Grip } from '../../marks/box-edit.js';
import { type Point, roundedPoint, roundedRadius } from '../../marks/stroke.js';
import type { MarkBoard } from '../../state/mark-board.js';
import {
  arrowsMoveBox,
  beginBox,
  boxUnder,
  extendBox,
  heldGrip,
  nudgeBox,
  removeBox,
  showGrip,
} from './box-drawing.js';

export type PointerOnPicture = TargetedPointerEvent<HTMLElement>;

/** What is done to a picture. */
export interface PictureHandlers {
  onPointerDown?(event: PointerOnPicture): void;
  onPointerMove(event: PointerOnPicture): void;
  onPointerUp?(event: PointerOnPicture): void;
  onPointerCancel?(event: PointerOnPicture): void;
  onPointerLeave(event: PointerOnPicture): void;
  onClick?(event: TargetedMouseEvent<HTMLElement>): void;
  onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void;
  onKeyUp?(event: TargetedKeyboardEvent<HTMLElement>): void;
  onWheel?(event: TargetedWheelEvent<HTMLElement>): void;
  onBlur(): void;
}

/** Makes strokes and boxes of what mouse, finger, pen and keys do on the picture. */
export function drawingHandlers(board: MarkBoard) {
  const { pointer } = board.pen;
  return {
    onPointerDown(event: PointerOnPicture) {
      if (event.button !== 0 || !event.isPrimary) return;
      const element = event.currentTarget;
      element.setPointerCapture(event.pointerId);
      const place = placeOf(board, event);
      begin(board, place, boxUnder(board, place, event));
      showGrip(element, heldGrip(board));
    },
    onPointerMove(event: PointerOnPicture) {
      if (!event.isPrimary) return;
      const element = event.currentTarget;
      batch(() => {
        const place = placeOf(board, event);
        pointer.value = place;
        if (!board.pen.isDrawing.value) {
          showGrip(element, boxUnder(board, place, event));
          return;
        }
        const moves = event.getCoalescedEvents?.() ?? [];
        extend(
          board,
          (moves.length > 0 ? moves : [event]).map(({ clientX, clientY }) =>
            placeOf(board, { clientX, clientY, currentTarget: element }),
          ),
        );
      });
    },
    onPointerUp(event: PointerOnPicture) {
      if (!event.isPrimary) return;
      finish(board);
      // A finger that was lifted is nowhere.
      if (event.pointerType === 'touch') pointer.value = undefined;
    },
    onPointerCancel() {
      board.pen.abandon();
      pointer.value = undefined;
    },
    onPointerLeave() {
      if (!board.pen.isDrawing.value) pointer.value = undefined;
    },
    onKeyDown(event: TargetedKeyboardEvent<HTMLElement>) {
      const way = arrows[event.key];
      if (way) {
        event.preventDefault();
        const isMirrored = event.currentTarget.dataset.mirror === 'true';
        const to = isMirrored ? { x: -way.x, y: way.y } : way;
        if (arrowsMoveBox(board)) nudgeBox(board, to, event);
        else move(board, to, event.shiftKey ? 4 : 1);
      } else if ((event.key === 'Delete' || event.key === 'Backspace') && board.pen.tool.value === 'box') {
        event.preventDefault();
        board.pen.abandon();
        removeBox(board);
      } else if (event.key === ' ') {
        event.preventDefault();
        if (!board.pen.isDrawing.value) begin(board, pointer.value ?? { x: 0.5, y: 0.5 });
      } else if (event.key === 'Escape') board.pen.abandon();
    },
    onKeyUp(event: TargetedKeyboardEvent<HTMLElement>) {
      // A key that is held is one step for undo.
      if (event.key === ' ' || (arrows[event.key] && heldGrip(board))) finish(board);
    },
    onBlur() {
      finish(board);
      pointer.value = undefined;
    },
  };
}

/** Where nothing is drawn: the pointer names labels, and a click shows the one under it alone. */
export function pickingHandlers(board: MarkBoard, pick: () => void) {
  const { onPointerLeave, onKeyDown, onBlur } = drawingHandlers(board);
  return {
    onPointerMove(event: PointerOnPicture) {
      if (event.isPrimary) board.pen.pointer.value = placeOf(board, event);
    },
    onPointerLeave,
    onClick(event: TargetedMouseEvent<HTMLElement>) {
      board.pen.pointer.value = placeOf(board, event);
      pick();
    },
    onKeyDown(event: TargetedKeyboardEvent<HTMLElement>) {
      if (event.key === ' ' || event.key === 'Enter') {
        event.preventDefault();
        pick();
      } else onKeyDown(event);
    },
    onBlur,
  };
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function begin(board: MarkBoard, place: Point, grip?: Grip): void {
  const { draft, pointer, tool, brushRadius } = board.pen;
  batch(() => {
    pointer.value = place;
    if (tool.value === 'move') return;
    if (tool.value === 'box') {
      beginBox(board, place, grip);
      return;
    }
    const label = tool.value === 'eraser' ? null : tool.value;
    draft.value = { label, radius: roundedRadius(brushRadius.value), points: [place] };
  });
}

function extend(board: MarkBoard, places: readonly Point[]): void {
  const { draft, draftBox } = board.pen;
  if (draft.value) draft.value = { ...draft.value, points: [...draft.value.points, ...places] };
  const last = places.at(-1);
  if (draftBox.value !== undefined && last) extendBox(board, last);
}

function finish(board: MarkBoard): void {
  const { draft, draftBox } = board.pen;
  const [stroke, box] = [draft.value, draftBox.value];
  batch(() => {
    board.pen.abandon();
    if (stroke) board.add(stroke);
    // A mere click draws no box, and takes none away.
    if (box) board.setBox(box);
  });
}

/** The brush by keys: half its width a press. */
function move(board: MarkBoard, way: Point, factor: number): void {
  const extent = board.on.extent.value;
  if (!extent) return;
  const { width, height } = extent;
  const from = board.pen.pointer.value ?? { x: 0.5, y: 0.5 };
  const step = factor * board.pen.brushRadius.value * Math.max(width, height);
  const place = roundedPoint({
    x: within(from.x + (way.x * step) / width),
    y: within(from.y + (way.y * step) / height),
  });
  batch(() => {
    board.pen.pointer.value = place;
    board.viewport.reveal(place);
    extend(board, [place]);
  });
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** On the picture. */
export function placeOf(
  { viewport }: MarkBoard,
  { clientX, clientY, currentTarget }: { clientX: number; clientY: number; currentTarget: HTMLElement },
): Point {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  const x = (clientX - left) / width;
  const isMirrored = currentTarget.dataset.mirror === 'true';
  return roundedPoint(viewport.toPhoto({ x: isMirrored ? 1 - x : x, y: (clientY - top) / height }));
}
