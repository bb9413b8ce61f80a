// SPDX-License-Identifier: MIT

import { batch } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import type { Point } from '../marks/stroke.js';
import type { Session } from '../state/session.js';

type PointerOnPicture = TargetedPointerEvent<HTMLElement>;

/** Makes strokes of what mouse, finger, pen and keys do on the picture. */
export function drawingHandlers(session: Session) {
  const { draft, pointer } = session;
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
        if (!draft.value) return;
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
      draft.value = undefined;
      pointer.value = undefined;
    },
    onPointerLeave() {
      if (!draft.value) pointer.value = undefined;
    },
    onKeyDown(event: TargetedKeyboardEvent<HTMLElement>) {
      const way = arrows[event.key];
      if (way) {
        event.preventDefault();
        move(session, way, event.shiftKey ? 4 : 1);
      } else if (event.key === ' ') {
        event.preventDefault();
        if (!draft.value) begin(session, pointer.value ?? { x: 0.5, y: 0.5 });
      }
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

function begin({ draft, pointer, tool, brushRadius }: Session, place: Point): void {
  batch(() => {
    pointer.value = place;
    draft.value = { label: tool.value, radius: brushRadius.value, points: [place] };
  });
}

function extend({ draft }: Session, places: readonly Point[]): void {
  if (draft.value) draft.value = { ...draft.value, points: [...draft.value.points, ...places] };
}

function finish({ draft, history }: Session): void {
  const stroke = draft.value;
  if (!stroke) return;
  batch(() => {
    draft.value = undefined;
    history.add(stroke);
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
