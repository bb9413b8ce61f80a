// SPDX-License-Identifier: MIT

/** Where a command writes: results to `out`, everything else to `error`. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
}
