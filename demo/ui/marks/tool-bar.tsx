// SPDX-License-Identifier: MIT

import { cssColour } from '../../state/labels.js';
import type { MarkBoard } from '../../state/mark-board.js';
import { Tools } from './tool-choice.js';
import { UndoButton } from './undo-button.js';

/** On a phone, at the bottom of the screen: what one draws with is at hand while the picture is seen. */
export function ToolBar({ board, canMove = false }: { board: MarkBoard; canMove?: boolean }) {
  const { tool } = board;
  return (
    <div class="tool-bar" role="toolbar" aria-label="Drawing">
      <Tools board={board} name="bar-tool" canMove={canMove} />
      <div class="button-row">
        {typeof tool.value === 'number' &&
          board.shownLabels.value.map((label, index) => (
            <button
              key={index}
              type="button"
              class="swatch"
              style={{ '--label': cssColour(label) }}
              aria-pressed={tool.value === index}
              aria-label={`${index + 1}: draw ${label.name}`}
              onClick={() => {
                tool.value = index;
              }}
            >
              {index + 1}
            </button>
          ))}
        <span class="spacer">{hintOf(board)}</span>
        <UndoButton board={board} />
      </div>
    </div>
  );
}

function hintOf({ tool, labels }: MarkBoard): string {
  const { value } = tool;
  if (typeof value === 'number') return labels.value[value]?.name ?? '';
  return { move: 'Two fingers zoom', box: 'Drag a box around it', eraser: 'Drag over strokes' }[value];
}
