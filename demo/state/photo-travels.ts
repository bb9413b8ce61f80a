// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { Marks } from '../marks/marks.js';
import type { NetworkChoice } from '../networks/network-choice.js';
import type { Opened, OpenPhoto } from '../photo/open-photo.js';
import type { CrfSettings } from './crf-settings.js';
import type { Look } from './look.js';
import type { MarkBoard } from './mark-board.js';
import { areSamePalettes, type FoundLabels, isSameFinding, type Palette } from './palette.js';
import type { Travels } from './timeline.js';

/** What of the photo page undo changes. */
export interface PhotoParts {
  open: OpenPhoto;
  choice: NetworkChoice;
  look: Look;
  palette: Palette;
  board: MarkBoard;
  settings: Signal<CrfSettings>;
  marks: Signal<Marks>;
  corrections: Signal<Marks>;
  show(opened: Opened | undefined): void;
  abandonTask(): void;
  forgetResults(): void;
}

export type PhotoState = ReturnType<typeof captured>;

/** What a visitor decided, and what the page found by itself. How one looks at it, zoom and view, is no part of it. */
export function photoTravels(parts: PhotoParts): Travels<PhotoState> {
  return { capture: () => captured(parts), restore: (state) => restore(parts, state), areSame };
}

function captured({ open, choice, look, palette, settings, marks, corrections }: PhotoParts) {
  return {
    opened: open.opened.value,
    workingSize: open.workingSize.value,
    network: choice.network.value,
    inputSize: choice.inputSize.value,
    settings: settings.value,
    backdrop: look.backdrop.value,
    marks: marks.value,
    corrections: corrections.value,
    own: palette.own.value,
    found: palette.found.value,
    // What follows from the others: it makes no difference by itself.
    lastGood: choice.lastGood.value,
    ofPhoto: choice.ofPhoto.value,
    foundNobody: choice.foundNobody.value,
  };
}

function areSame(one: PhotoState, other: PhotoState): boolean {
  const decided = [
    'opened',
    'workingSize',
    'network',
    'inputSize',
    'settings',
    'backdrop',
    'marks',
    'corrections',
  ] as const;
  if (decided.some((name) => one[name] !== other[name])) return false;
  return areSamePalettes(one, other);
}

function restore(parts: PhotoParts, state: PhotoState): void {
  const { open, choice, look, palette, board, settings, marks, corrections } = parts;
  const present = captured(parts);
  const isOtherPhoto = state.opened?.photo !== present.opened?.photo;
  const isOther = isOtherPhoto || state.network !== present.network;
  const found = foundAfter(isOther, state, present);
  // What is on its way is about another photo, or of another network.
  if (isOther) parts.abandonTask();
  if (isOtherPhoto || (isOther && found?.names !== present.found?.names)) parts.forgetResults();
  parts.show(state.opened);
  open.workingSize.value = state.workingSize;
  choice.network.value = state.network;
  choice.inputSize.value = state.inputSize;
  settings.value = state.settings;
  look.backdrop.value = state.backdrop;
  marks.value = state.marks;
  corrections.value = state.corrections;
  palette.own.value = state.own;
  palette.found.value = found;
  if (isOther) {
    choice.lastGood.value = state.lastGood;
    choice.ofPhoto.value = state.ofPhoto;
    choice.foundNobody.value = state.foundNobody;
  }
  board.settle();
}

/** What the same network has found in the same photo since then stays, with its names of then where it had any. */
function foundAfter(isOther: boolean, state: PhotoState, present: PhotoState): FoundLabels | undefined {
  return isOther || isSameFinding(state.found, present.found) ? state.found : present.found;
}
