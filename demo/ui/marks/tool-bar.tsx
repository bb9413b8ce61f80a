// SPDX-License-Identifier: MIT

import { cssColour } from '../../state/labels.js';
import type { MarkBoard } from '../../state/mark-board.js';
import { leaderOf } from '../../state/merges.js';
import { UndoButton } from '../parts/undo-button.js';
import { Tools } from './tool-choice.js';

/** On a phone, at the bottom of the screen: what one draws with is at hand while the picture is seen. */
export function ToolBar({ board, canMove = false }: { board: MarkBoard; canMove?: boolean }) {
  const { tool } = board.pen;
  return (
    <div class="tool-bar" role="toolbar" aria-label="Drawing">
      <Tools board={board} name="bar-tool" canMove={canMove} />
      <div class="button-row">
        {typeof tool.value === 'number' &&
          board.palette.shown.value.map((label, index) =>
            leaderOf(board.palette.merges.value, index) === index ? (
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
            ) : null,
          )}
        <span class="spacer">{hintOf(board)}</span>
        <UndoButton steps={board.steps} />
      </div>
    </div>
  );
}

function hintOf({ pen, palette }: MarkBoard): string {
  const { value } = pen.tool;
  if (typeof value === 'number') return palette.labels.value[value]?.name ?? '';
  return { move: 'Two fingers zoom', box: 'Drag a box around it', eraser: 'Drag over strokes' }[value];
}
