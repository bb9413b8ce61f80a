// SPDX-License-Identifier: MIT

import type { Steps } from '../../state/timeline.js';
import { RedoIcon, UndoIcon } from './icons.js';

export function UndoButton({ steps }: { steps: Steps }) {
  return (
    <button
      type="button"
      class="button icon-only quiet"
      title="Undo (Ctrl Z)"
      aria-label="Undo"
      disabled={!steps.canUndo.value}
      onClick={() => steps.undo()}
    >
      <UndoIcon />
    </button>
  );
}

export function RedoButton({ steps }: { steps: Steps }) {
  return (
    <button
      type="button"
      class="button icon-only quiet"
      title="Redo (Ctrl Shift Z)"
      aria-label="Redo"
      disabled={!steps.canRedo.value}
      onClick={() => steps.redo()}
    >
      <RedoIcon />
    </button>
  );
}
