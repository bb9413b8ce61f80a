// SPDX-License-Identifier: MIT

import { mostBytes } from '../../photo/shelf.js';
import type { Keeper } from '../../state/keeper.js';

export interface KeptPhotoProps {
  keeper: Keeper;
  /** Whether the photo that is open is the visitor's. */
  isOpen: boolean;
}

/** Says what becomes of the visitor's own photo, and lets it be forgotten. */
export function KeptPhoto({ keeper, isOpen }: KeptPhotoProps) {
  const state = keeper.state.value;
  if (state === 'none' || (!isOpen && state !== 'kept')) return null;
  return (
    <section class="panel kept-photo" aria-labelledby="kept-title" data-saving={keeper.isSaving.value}>
      <h2 id="kept-title">Your photo</h2>
      <p class="hint">{words[state]}</p>
      {state === 'kept' && (
        <div class="button-row">
          {!isOpen && (
            <button type="button" class="button" onClick={() => void keeper.open()}>
              Open my photo
            </button>
          )}
          <button
            type="button"
            class="button"
            title="Deletes the photo and its marks from this browser. This cannot be undone"
            onClick={() => void keeper.forget()}
          >
            Forget my photo
          </button>
        </div>
      )}
    </section>
  );
}

const words = {
  kept: 'Your photo and its marks are kept in this browser only, so that they are here after a reload. They are sent nowhere.',
  'too large': `Your photo has more than ${mostBytes / 1024 ** 2} MB, so this page does not keep it: it is gone after a reload.`,
  refused: 'This browser stores nothing for this page, so your photo is gone after a reload.',
} as const;
