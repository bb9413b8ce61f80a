// SPDX-License-Identifier: MIT

import { probabilityOf } from '../../engine/segmentation.js';
import type { Point } from '../../marks/stroke.js';
import { cssColour, type ShownLabel } from '../../state/labels.js';
import type { Session } from '../../state/session.js';
import { count } from '../parts/format.js';

/** What is at the pointer: before or after the CRF, whichever is shown there. */
export function labelAtPointer(session: Session): { label: ShownLabel; probability: number } | undefined {
  const place = session.board.pen.pointer.value;
  const result = session.results.result.value;
  const divider = session.look.divider.value;
  if (!place || !result) return undefined;
  const x = Math.min(result.width - 1, Math.max(0, Math.floor(place.x * result.width)));
  const y = Math.min(result.height - 1, Math.max(0, Math.floor(place.y * result.height)));
  const pixel = y * result.width + x;
  const isBefore =
    session.look.view.value === 'before' || (divider !== null && session.board.viewport.toScreen(place).x < divider);
  const segmentation = isBefore ? result.before : result.after;
  const label = session.palette.shown.value[segmentation.labels[pixel]];
  const probability = probabilityOf(segmentation, session.palette.leaders.value, label.leader, pixel);
  return { label, probability };
}

/** Where instances are shown: which one it is, and how large. */
function instanceAt({ look, results, choice }: Session, { x, y }: Point): string | undefined {
  const found = results.instances.value;
  if (look.view.value !== 'instances' || !found) return undefined;
  const { ids, regions, width, height } = found;
  const column = Math.min(width - 1, Math.floor(x * width));
  const id = ids[Math.min(height - 1, Math.floor(y * height)) * width + column];
  const region = regions.find((one) => one.id === id);
  return region && `${choice.instanceWords.value.one} ${id}: ${count(region.pixels)} px`;
}

/** Beside the pointer: the label there, and how probable it is. */
export function HoverLabel({ session }: { session: Session }) {
  const place = session.board.pen.pointer.value;
  const found = labelAtPointer(session);
  if (!place || !found || session.look.showsOriginal.value) return null;
  if (session.board.pen.isDrawing.value) return null;
  const { label, probability } = found;
  const instance = instanceAt(session, place);
  const { x, y } = session.board.viewport.toScreen(place);
  return (
    <span
      class="hover-label"
      data-side={x > 0.7 ? 'left' : 'right'}
      style={{ '--x': x, '--y': y, '--label': cssColour(label) }}
    >
      <i aria-hidden="true" />
      {instance ?? `${label.name} ${Math.round(100 * probability)} %`}
    </span>
  );
}
