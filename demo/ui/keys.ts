// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';

export const brushRadii = { least: 0.003, most: 0.06 } as const;

/** What the page says about its keys. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ['1 – 8', 'Draw this label'],
  ['B', 'Draw a box'],
  ['E', 'Eraser'],
  ['[ and ]', 'Brush size'],
  ['Ctrl Z, Ctrl Shift Z', 'Undo, redo'],
  ['O, held', 'The photo alone'],
  ['C', 'Compare with before the CRF'],
  ['V', 'Next view'],
  ['Arrows, Space held', 'Move the brush and draw, with the picture focused'],
  ['Arrows', 'Move the handle between before and after, when it is focused'],
];

/** Keys that work anywhere on the page, except where text is typed. */
export function listenForKeys(session: Session, nextView: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (isTyping(event.target)) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === 'z') {
        event.preventDefault();
        if (event.shiftKey) session.history.redo();
        else session.history.undo();
      } else if (event.key.toLowerCase() === 'y') {
        event.preventDefault();
        session.history.redo();
      }
      return;
    }
    if (event.altKey) return;
    if (event.key.toLowerCase() === 'v' && !event.repeat) nextView();
    else press(session, event.key);
  });
  document.addEventListener('keyup', ({ key }) => {
    if (key.toLowerCase() === 'o') session.showsOriginal.value = false;
  });
  window.addEventListener('blur', () => {
    session.showsOriginal.value = false;
  });
}

function press(session: Session, key: string): void {
  const label = Number(key) - 1;
  if (label >= 0 && label < session.labels.value.length) session.tool.value = label;
  else if (key === '[') scaleBrush(session, 1 / 1.25);
  else if (key === ']') scaleBrush(session, 1.25);
  else if (key.toLowerCase() === 'e') session.tool.value = 'eraser';
  else if (key.toLowerCase() === 'b') session.tool.value = 'box';
  else if (key.toLowerCase() === 'o') session.showsOriginal.value = true;
  else if (key.toLowerCase() === 'c') toggleComparison(session);
}

function scaleBrush(session: Session, factor: number): void {
  const radius = session.brushRadius.value * factor;
  session.brushRadius.value = Math.min(brushRadii.most, Math.max(brushRadii.least, radius));
}

export function toggleComparison({ divider }: Session): void {
  divider.value = divider.value === null ? 0.5 : null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=range], [type=checkbox], [type=radio]), select, textarea')
  );
}
