// SPDX-License-Identifier: MIT

import type { Prompts } from 'meanfield/pipeline';

/** What the page sends. Canvas and pictures are handed over, not copied. */
export type Request =
  | { kind: 'start'; canvas: OffscreenCanvas }
  /** The picture to learn from, and what is marked on it. */
  | { kind: 'key'; picture: Picture; prompts: Prompts }
  | { kind: 'frame'; picture: Picture };

/** The receiver closes it. */
export type Picture = VideoFrame | ImageBitmap;

/** What the worker answers, once a request. */
export type Answer = { kind: 'done' } | { kind: 'failed'; message: string };
