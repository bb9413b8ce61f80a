// SPDX-License-Identifier: MIT

import { batch } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { boxBetween } from '../marks/marks.js';
import type { Point } from '../marks/stroke.js';
import type { Session } from '../state/session.js';

type PointerOnPicture = TargetedPointerEvent<HTMLElement>;

/** Makes strokes and boxes of what mouse, finger, pen and keys do on the picture. */
export function drawingHandlers(session: Session) {
  const { pointer } = session;
  return {
    onPointerDown(event: PointerOnPicture) {
      if (event.button !== 0 || !event.isPrimary) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      begin(session, placeOf(event, event.currentTarget));
    },
    onPointerMove(event: PointerOnPicture) {
      if (!event.isPrimary) return;
      const element = event.currentTarget;
      batch(() => {
        pointer.value = placeOf(event, element);
        if (!isDrawing(session)) return;
        const moves = event.getCoalescedEvents?.() ?? [];
        extend(
          session,
          (moves.length > 0 ? moves : [event]).map((move) => placeOf(move, element)),
        );
      });
    },
    onPointerUp(event: PointerOnPicture) {
      if (!event.isPrimary) return;
      finish(session);
      // A finger that was lifted is nowhere.
      if (event.pointerType === 'touch') pointer.value = undefined;
    },
    onPointerCancel() {
      abandon(session);
      pointer.value = undefined;
    },
    onPointerLeave() {
      if (!isDrawing(session)) pointer.value = undefined;
    },
    onKeyDown(event: TargetedKeyboardEvent<HTMLElement>) {
      const way = arrows[event.key];
      if (way) {
        event.preventDefault();
        move(session, way, event.shiftKey ? 4 : 1);
      } else if (event.key === ' ') {
        event.preventDefault();
        if (!isDrawing(session)) begin(session, pointer.value ?? { x: 0.5, y: 0.5 });
      } else if (event.key === 'Escape') abandon(session);
    },
    onKeyUp(event: TargetedKeyboardEvent<HTMLElement>) {
      if (event.key === ' ') finish(session);
    },
    onBlur() {
      finish(session);
      pointer.value = undefined;
    },
  };
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Where the box that is being drawn began; one pointer draws at a time. */
let corner: Point = { x: 0, y: 0 };

function isDrawing({ draft, draftBox }: Session): boolean {
  return draft.value !== undefined || draftBox.value !== undefined;
}

function begin(session: Session, place: Point): void {
  const { draft, draftBox, pointer, tool, brushRadius } = session;
  batch(() => {
    pointer.value = place;
    if (tool.value === 'box') {
      corner = place;
      draftBox.value = null;
      return;
    }
    const label = tool.value === 'eraser' ? null : tool.value;
    draft.value = { label, radius: brushRadius.value, points: [place] };
  });
}

function extend({ draft, draftBox }: Session, places: readonly Point[]): void {
  if (draft.value) draft.value = { ...draft.value, points: [...draft.value.points, ...places] };
  const last = places.at(-1);
  if (draftBox.value !== undefined && last) draftBox.value = boxBetween(corner, last);
}

function finish({ draft, draftBox, history }: Session): void {
  const [stroke, box] = [draft.value, draftBox.value];
  batch(() => {
    draft.value = undefined;
    draftBox.value = undefined;
    if (stroke) history.add(stroke);
    // A mere click draws no box, and takes none away.
    if (box) history.setMarks({ ...history.marks.value, box });
  });
}

function abandon({ draft, draftBox }: Session): void {
  batch(() => {
    draft.value = undefined;
    draftBox.value = undefined;
  });
}

/** The brush by keys: half its width a press. */
function move(session: Session, way: Point, factor: number): void {
  const picture = session.picture.value;
  if (!picture) return;
  const { width, height } = picture;
  const from = session.pointer.value ?? { x: 0.5, y: 0.5 };
  const step = factor * session.brushRadius.value * Math.max(width, height);
  const place = { x: within(from.x + (way.x * step) / width), y: within(from.y + (way.y * step) / height) };
  batch(() => {
    session.pointer.value = place;
    extend(session, [place]);
  });
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function placeOf({ clientX, clientY }: { clientX: number; clientY: number }, element: HTMLElement): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}
