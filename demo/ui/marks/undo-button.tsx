// SPDX-License-Identifier: MIT

import type { MarkBoard } from '../../state/mark-board.js';
import { UndoIcon } from '../parts/icons.js';

export function UndoButton({ board: { history } }: { board: MarkBoard }) {
  return (
    <button
      type="button"
      class="button icon-only quiet"
      title="Undo (Ctrl Z)"
      aria-label="Undo"
      disabled={!history.canUndo.value}
      onClick={() => history.undo()}
    >
      <UndoIcon />
    </button>
  );
}
