// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { MarkBoard } from '../state/mark-board.js';

export const brushRadii = { least: 0.003, most: 0.06 } as const;

/** Of one press. */
export const zoomStep = 1.5;

/** What the page says about its keys. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ['1 – 8', 'Draw this label'],
  ['B', 'Draw a box'],
  ['E', 'Eraser'],
  ['M', 'Move the photo'],
  ['+ and −, wheel', 'Zoom'],
  ['0', 'The whole photo'],
  ['[ and ]', 'Brush size'],
  ['Ctrl Z, Ctrl Shift Z', 'Undo, redo'],
  ['O, held', 'The photo alone'],
  ['C', 'Compare with before'],
  ['V', 'Next view or effect'],
  ['Arrows, Space held', 'Move the brush and draw, with the picture focused'],
  ['Arrows, Ctrl arrows, Delete', 'Move, resize and remove the box, with the box tool and the picture focused'],
  ['Arrows', 'Move the handle between before and after, when it is focused'],
];

/** What keys act upon: the photo, or the camera, which is not moved. */
export interface KeyTarget {
  board: MarkBoard;
  divider: Signal<number | null>;
  /** Not for the camera. */
  showsOriginal?: Signal<boolean>;
  nextView: () => void;
}

/** Keys that work anywhere on the page, except where text is typed. */
export function listenForKeys(target: () => KeyTarget): void {
  const showOriginal = (isShown: boolean) => {
    const { showsOriginal } = target();
    if (showsOriginal) showsOriginal.value = isShown;
  };
  document.addEventListener('keydown', (event) => {
    const { target: focused } = event;
    const isControl = event.ctrlKey || event.metaKey;
    // Letters choose in a list, but its own undo there is none.
    const isTaken = isTyping(focused) && !(isControl && focused instanceof HTMLSelectElement);
    if (isTaken || event.altKey) return;
    const key = event.key.toLowerCase();
    if (isControl) {
      if (pressWithControl(target(), key, event.shiftKey)) event.preventDefault();
      return;
    }
    if (key === 'o') showOriginal(true);
    else if (key === 'v' && !event.repeat) target().nextView();
    else press(target(), key);
  });
  document.addEventListener('keyup', ({ key }) => {
    if (key.toLowerCase() === 'o') showOriginal(false);
  });
  window.addEventListener('blur', () => showOriginal(false));
}

/** Whether it was a key of ours. */
function pressWithControl({ board }: KeyTarget, key: string, isShift: boolean): boolean {
  if (key === 'y' || (key === 'z' && isShift)) board.steps.redo();
  else if (key === 'z') board.steps.undo();
  else return false;
  return true;
}

function press(target: KeyTarget, key: string): void {
  const { board } = target;
  const label = Number(key) - 1;
  if (label >= 0 && label < board.palette.labels.value.length) board.pen.tool.value = label;
  else if (key === '[') scaleBrush(board, 1 / 1.25);
  else if (key === ']') scaleBrush(board, 1.25);
  else if (key === 'e') board.pen.tool.value = 'eraser';
  else if (key === 'b') board.pen.tool.value = 'box';
  else if (key === 'm' && target.showsOriginal) board.pen.tool.value = 'move';
  else if (key === '+' || key === '=') board.viewport.zoomBy(zoomStep);
  else if (key === '-') board.viewport.zoomBy(1 / zoomStep);
  else if (key === '0') board.viewport.fit();
  else if (key === 'c') toggleComparison(target);
}

function scaleBrush(board: MarkBoard, factor: number): void {
  const radius = board.pen.brushRadius.value * factor;
  board.pen.brushRadius.value = Math.min(brushRadii.most, Math.max(brushRadii.least, radius));
}

export function toggleComparison({ divider }: { divider: Signal<number | null> }): void {
  divider.value = divider.value === null ? 0.5 : null;
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=range], [type=checkbox], [type=radio], [type=color]), select, textarea')
  );
}
