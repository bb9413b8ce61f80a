// SPDX-License-Identifier: MIT

import type { Steps } from '../../state/timeline.js';
import { RedoIcon, UndoIcon } from './icons.js';

export function StepButtons({ steps }: { steps: Steps }) {
  return (
    <div class="step-buttons">
      <UndoButton steps={steps} />
      <RedoButton steps={steps} />
    </div>
  );
}

export function UndoButton({ steps }: { steps: Steps }) {
  const title = steps.undoTitle.value;
  return (
    <button
      type="button"
      class="button icon-only quiet"
      title={title === undefined ? 'Nothing to undo' : `Undo: ${title} (Ctrl Z)`}
      aria-label="Undo"
      disabled={title === undefined}
      onClick={() => steps.undo()}
    >
      <UndoIcon />
    </button>
  );
}

function RedoButton({ steps }: { steps: Steps }) {
  const title = steps.redoTitle.value;
  return (
    <button
      type="button"
      class="button icon-only quiet"
      title={title === undefined ? 'Nothing to redo' : `Redo: ${title} (Ctrl Shift Z)`}
      aria-label="Redo"
      disabled={title === undefined}
      onClick={() => steps.redo()}
    >
      <RedoIcon />
    </button>
  );
}
