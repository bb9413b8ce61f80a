// SPDX-License-Identifier: MIT

import { batch } from '@preact/signals';
import type { TargetedMouseEvent, TargetedWheelEvent } from 'preact';
import type { Point } from '../../marks/stroke.js';
import type { MarkBoard } from '../../state/mark-board.js';
import { type PictureHandlers, type PointerOnPicture, placeOf } from '../marks/drawing.js';

/** CSS pixels: what moves less is a click. */
const clickReach = 4;

/** Of a turn of the wheel by a pixel. */
const wheelStep = 1.0015;

/** What fingers or mouse hold of one picture: one moves it, two zoom it as well. */
interface Hold {
  /** On the page, in CSS pixels, by pointer. */
  fingers: Map<number, Point>;
  /** How far it was moved, in CSS pixels. */
  moved: number;
}

let hold: Hold | undefined;

/** Fingers on the picture, by pointer: where they are on the page. */
const touches = new Map<number, Point>();

/**
 * Moves and zooms the picture: the wheel, two fingers, the middle button, and one finger or the mouse where nothing is drawn. Everything else goes to
 * `handlers`.
 *
 * @param moves whether one pointer moves the picture
 */
export function navigating(board: MarkBoard, handlers: PictureHandlers, moves: () => boolean): PictureHandlers {
  const { viewport } = board;
  const release = ({ pointerId }: { pointerId: number }) => {
    touches.delete(pointerId);
    hold?.fingers.delete(pointerId);
  };
  return {
    ...handlers,
    onPointerDown(event) {
      const at = { x: event.clientX, y: event.clientY };
      // The first finger: what is left of others was lost on the way.
      if (event.isPrimary) touches.clear();
      if (event.pointerType === 'touch') touches.set(event.pointerId, at);
      const isMiddle = event.pointerType === 'mouse' && event.button === 1;
      if (touches.size < 2 && !isMiddle && !(event.button === 0 && moves())) {
        hold = undefined;
        handlers.onPointerDown?.(event);
        return;
      }
      // The browser would scroll by itself.
      if (isMiddle) event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      // What the first finger began was no stroke.
      board.pen.abandon();
      const fingers = new Map(touches.size > 0 ? touches : [[event.pointerId, at]]);
      hold = { fingers, moved: 0 };
    },
    onPointerMove(event) {
      const to = { x: event.clientX, y: event.clientY };
      if (touches.has(event.pointerId)) touches.set(event.pointerId, to);
      if (!hold?.fingers.has(event.pointerId)) {
        if (!hold || hold.fingers.size === 0) handlers.onPointerMove(event);
        return;
      }
      drag(board, hold, event, to);
    },
    onPointerUp(event) {
      const held = hold?.fingers.has(event.pointerId);
      release(event);
      if (!held) handlers.onPointerUp?.(event);
      else if (event.pointerType === 'touch') board.pen.pointer.value = undefined;
    },
    onPointerCancel(event: PointerOnPicture) {
      release(event);
      handlers.onPointerCancel?.(event);
    },
    ...(handlers.onClick && {
      onClick(event: TargetedMouseEvent<HTMLElement>) {
        // The end of a move is a click to the browser.
        if (!hold || hold.moved < clickReach) handlers.onClick?.(event);
      },
    }),
    onWheel(event: TargetedWheelEvent<HTMLElement>) {
      const isPinch = event.ctrlKey || event.metaKey;
      // Where the page scrolls the wheel is for that.
      if (!isPinch && pageScrolls()) return;
      event.preventDefault();
      const { width } = event.currentTarget.getBoundingClientRect();
      const [x, y] = [event.deltaX * pixelsOf(event), event.deltaY * pixelsOf(event)];
      if (!isPinch && (event.shiftKey || Math.abs(x) > Math.abs(y))) {
        const by = x === 0 ? y : x;
        viewport.pan({ x: -by / width, y: 0 });
      } else {
        // A pinch on a touchpad sends small steps.
        viewport.zoomBy(wheelStep ** (-y * (isPinch ? 6 : 1)), placeOf(board, event));
      }
      board.pen.pointer.value = placeOf(board, event);
    },
  };
}

/** One finger moves the picture; of two, the middle between them moves it and their distance zooms it. */
function drag(board: MarkBoard, held: Hold, event: PointerOnPicture, to: Point): void {
  const { fingers } = held;
  const { viewport } = board;
  const element = event.currentTarget;
  const { width, height } = element.getBoundingClientRect();
  const before = [...fingers.values()];
  const [from, spreadBefore] = [middleOf(before), spreadOf(before)];
  fingers.set(event.pointerId, to);
  const after = [...fingers.values()];
  const [middle, spread] = [middleOf(after), spreadOf(after)];
  held.moved += Math.hypot(middle.x - from.x, middle.y - from.y) + Math.abs(spread - spreadBefore);
  batch(() => {
    viewport.pan({ x: (middle.x - from.x) / width, y: (middle.y - from.y) / height });
    if (spreadBefore === 0) return;
    const at = placeOf(board, { clientX: middle.x, clientY: middle.y, currentTarget: element });
    viewport.zoomBy(spread / spreadBefore, at);
  });
}

function middleOf(places: readonly Point[]): Point {
  const sum = places.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / places.length, y: sum.y / places.length };
}

function spreadOf([a, b]: readonly Point[]): number {
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}

function pageScrolls(): boolean {
  const { scrollHeight, clientHeight } = document.documentElement;
  return scrollHeight > clientHeight + 1;
}

/** A line of text or a page, where the wheel counts in these. */
function pixelsOf({ deltaMode }: WheelEvent): number {
  return [1, 16, 400][deltaMode] ?? 1;
}
