// SPDX-License-Identifier: MIT

import { escapeControls } from '../plain-text.js';

export type Cell = string | number | null;

/** What a spreadsheet takes for the beginning of a formula; the wide forms too, in East Asian versions. */
const formula = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/**
 * One line of RFC 4180; null is empty. A text that a spreadsheet would take for a formula gets an apostrophe. Control characters are written
 * as \uXXXX, so that an item stays one line.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = escapeControls(cell);
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
