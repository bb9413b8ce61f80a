// SPDX-License-Identifier: MIT

/** Where a command writes: results to `out`, everything else to `error`. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** What is going on, for somebody who watches; each text takes the place of the one before, and '' clears it. */
  status(text: string): void;
  /** Where progress bars are drawn, or written as lines where it is no terminal; without it there are none. */
  terminal?: NodeJS.WriteStream;
}
