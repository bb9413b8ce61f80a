// SPDX-License-Identifier: MIT

import { oneLine } from './failure.js';
import { escapeAllButLineEnds } from './plain-text.js';

/** Where a command writes: results to `out`, everything else to `error`. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** What is going on, for somebody who watches; each text takes the place of the one before, and '' clears it. */
  status(text: string): void;
  /** Where progress bars are drawn, or written as lines where it is no terminal; without it there are none. */
  terminal?: NodeJS.WriteStream;
}

/** The same streams, with whatever acts on a terminal written as \uXXXX: names of files may be anything. Colours are not for these texts. */
export function printable(streams: Streams): Streams {
  return {
    ...streams,
    out: (text) => streams.out(escapeAllButLineEnds(text)),
    error: (text) => streams.error(escapeAllButLineEnds(text)),
    status: (text) => streams.status(oneLine(text)),
  };
}

/** Says what is not right, and that the work goes on. */
export function warn(streams: Streams, text: string): void {
  streams.status('');
  streams.error(`warning: ${oneLine(text)}\n`);
}
