// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import type { MarkBoard } from '../../state/mark-board.js';
import { brushRadii } from '../keys.js';
import { RedoIcon } from '../parts/icons.js';
import { Slider } from '../parts/slider.js';
import { Tools } from './tool-choice.js';
import { UndoButton } from './undo-button.js';

export interface MarkPanelProps {
  board: MarkBoard;
  /** Whether the picture is zoomed and moved. */
  canMove?: boolean;
  /** What is said of a network that marks correct. */
  children?: ComponentChildren;
}

/** What one draws with, and undo. */
export function MarkPanel({ board, canMove = false, children }: MarkPanelProps) {
  const { brushRadius, history, extent, tool } = board;
  const longSide = extent.value ? Math.max(extent.value.width, extent.value.height) : 0;
  return (
    <section class="panel" aria-labelledby="marks-title">
      <div class="panel-head">
        <h2 id="marks-title">Marks</h2>
        <div class="button-row">
          <UndoButton board={board} />
          <button
            type="button"
            class="button icon-only quiet"
            title="Redo (Ctrl Shift Z)"
            aria-label="Redo"
            disabled={!history.canRedo.value}
            onClick={() => history.redo()}
          >
            <RedoIcon />
          </button>
          <button
            type="button"
            class="button quiet"
            title="Removes strokes and box; can be undone"
            disabled={history.isEmpty.value}
            onClick={() => history.clear()}
          >
            Clear
          </button>
        </div>
      </div>
      {children}
      <Tools board={board} name="tool" canMove={canMove} />
      {tool.value !== 'box' && tool.value !== 'move' && (
        <Slider
          title="Size"
          value={brushRadius.value}
          least={brushRadii.least}
          most={brushRadii.most}
          step={0.0005}
          isLogarithmic
          format={(radius) => `${Math.max(1, Math.round(2 * radius * longSide))} px`}
          onChange={(radius) => {
            brushRadius.value = radius;
          }}
        />
      )}
      {tool.value === 'box' && (
        <p class="hint">
          {history.marks.value.box
            ? 'Drag the box to move it, its corners and edges to change it. Or focus the picture and press arrows, Ctrl with arrows, or Delete.'
            : `Drag from corner to corner around one object. What is outside is ${board.labels.value[0].name}, unless a stroke says otherwise.`}
        </p>
      )}
      {tool.value === 'box' && history.marks.value.box && (
        <button type="button" class="button quiet" title="Can be undone" onClick={() => history.setBox(null)}>
          Remove the box
        </button>
      )}
      <label class="switch">
        <input
          type="checkbox"
          checked={board.showsMarks.value}
          onChange={({ currentTarget }) => {
            board.showsMarks.value = currentTarget.checked;
          }}
        />
        Show marks over the picture
      </label>
    </section>
  );
}
