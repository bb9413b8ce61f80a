// SPDX-License-Identifier: MIT

import { SingleBar } from 'cli-progress';
import { escapeControls } from '../plain-text.js';
import { type Streams, warn } from '../streams.js';

/** Milliseconds between two lines where no terminal shows a bar: a log file is read afterwards. */
const LOG_INTERVAL = 30_000;

/** How far a batch of items has come, with the time that is left; silent where nobody watches. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #streams: Streams;

  /**
   * @param done items that an earlier run has done: they say nothing about how long the others take.
   * @param unit what is counted, as `images`.
   */
  constructor(streams: Streams, total: number, done: number, unit: string) {
    this.#streams = streams;
    const { terminal } = streams;
    if (!terminal) return;
    this.#bar = new SingleBar({
      stream: terminal,
      format: `{bar} {value}/{total} ${unit} | {duration_formatted} | {eta_formatted} left | {text}`,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      // The last images tell more than one: loading the first takes longest.
      etaBuffer: 50,
      fps: 5,
      noTTYOutput: true,
      notTTYSchedule: LOG_INTERVAL,
      emptyOnZero: true,
    });
    this.#bar.start(total, done, { text: '' });
  }

  /** @param text what was done last. */
  advance(text: string): void {
    this.#bar?.increment(1, { text: escapeControls(text) });
  }

  /** For work whose amount becomes clear on the way. */
  update(done: number, total: number, text: string): void {
    this.#bar?.setTotal(total);
    this.#bar?.update(done, { text: escapeControls(text) });
  }

  /** Says something about one item; the bar goes on below it. */
  warn(text: string): void {
    warn(this.#streams, text);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
