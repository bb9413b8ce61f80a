// SPDX-License-Identifier: MIT

/**
 * Names of files and labels are anybody's: what reaches a terminal, a log or a report must not move its cursor, colour it, begin a line of
 * its own, or turn the direction of the text around it. Such characters are written as \uXXXX, which JSON reads as the same text.
 */

/** C0, DEL and C1; marks and overrides of direction; what Unicode ends a line with. */
const acting = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** For a single name or line. */
export function escapeControls(text: string): string {
  return text.replace(acting, escaped);
}

/** For a text of several lines: their ends stay. */
export function escapeAllButLineEnds(text: string): string {
  return text.replace(acting, (character) => (character === '\n' ? character : escaped(character)));
}

/** A line of a report on the terminal: what it is about, and what there is to say. */
export function namedLine(name: string, text: string): string {
  return `${name.padEnd(10)} ${escapeControls(text)}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
