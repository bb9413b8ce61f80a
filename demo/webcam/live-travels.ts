// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { Marks } from '../marks/marks.js';
import type { MarkBoard } from '../state/mark-board.js';
import { areSamePalettes, isSameFinding, type LabelSet, type Palette } from '../state/palette.js';
import type { Travels } from '../state/timeline.js';
import type { LiveLook } from './live-look.js';
import type { LiveQuality } from './live-quality.js';

/** What of the webcam page undo changes. */
export interface LiveParts {
  look: LiveLook;
  quality: LiveQuality;
  palette: Palette;
  board: MarkBoard;
  marks: Signal<Marks>;
  /** The user's labels in the colours that they are drawn with. */
  coloured(labels: LabelSet): LabelSet;
}

export type LiveState = ReturnType<typeof captured>;

/** What a visitor decided. The camera itself is turned on and off by nobody else. */
export function liveTravels(parts: LiveParts): Travels<LiveState> {
  return { capture: () => captured(parts), restore: (state) => restore(parts, state), areSame };
}

function captured({ look, quality, palette, marks }: LiveParts) {
  return {
    decided: {
      effect: look.effect.value,
      blur: look.blur.value,
      colour: look.colour.value,
      opacity: look.opacity.value,
      background: look.background.value,
      mirror: look.mirror.value,
      network: quality.network.value,
      inputSize: quality.inputSize.value,
      settings: quality.settings.value,
      workingSize: quality.workingSize.value,
      smoothing: quality.smoothing.value,
      framesPerSecond: quality.framesPerSecond.value,
      marks: marks.value,
    },
    own: palette.own.value,
    found: palette.found.value,
  };
}

function areSame(one: LiveState, other: LiveState): boolean {
  const names = Object.keys(one.decided) as (keyof LiveState['decided'])[];
  if (names.some((name) => one.decided[name] !== other.decided[name])) return false;
  return areSamePalettes(one, other);
}

function restore(parts: LiveParts, state: LiveState): void {
  const { look, quality, palette, board, marks } = parts;
  const { decided } = state;
  look.effect.value = decided.effect;
  look.blur.value = decided.blur;
  look.colour.value = decided.colour;
  look.opacity.value = decided.opacity;
  look.background.value = decided.background;
  look.mirror.value = decided.mirror;
  quality.network.value = decided.network;
  quality.inputSize.value = decided.inputSize;
  quality.settings.value = decided.settings;
  quality.workingSize.value = decided.workingSize;
  quality.smoothing.value = decided.smoothing;
  quality.framesPerSecond.value = decided.framesPerSecond;
  marks.value = decided.marks;
  palette.own.value = parts.coloured(state.own);
  // Those of another network come when it is ready.
  if (isSameFinding(state.found, palette.found.value)) palette.found.value = state.found;
  board.settle();
}
