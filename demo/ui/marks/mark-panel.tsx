// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import type { MarkBoard } from '../../state/mark-board.js';
import { brushRadii } from '../keys.js';
import { Slider } from '../parts/slider.js';
import { Tools } from './tool-choice.js';

export interface MarkPanelProps {
  board: MarkBoard;
  /** Whether the picture is zoomed and moved. */
  canMove?: boolean;
  /** What is said of a network that marks correct. */
  children?: ComponentChildren;
}

/** What one draws with. */
export function MarkPanel({ board, canMove = false, children }: MarkPanelProps) {
  const { brushRadius, tool } = board.pen;
  const extent = board.on.extent;
  const { box } = board.drawn.value;
  const longSide = extent.value ? Math.max(extent.value.width, extent.value.height) : 0;
  return (
    <section class="panel" aria-labelledby="marks-title">
      <div class="panel-head">
        <h2 id="marks-title">Marks</h2>
        <button
          type="button"
          class="button quiet"
          title="Removes strokes and box; can be undone"
          disabled={board.isEmpty.value}
          onClick={() => board.clear()}
        >
          Clear
        </button>
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
          {box
            ? 'Drag the box to move it, its corners and edges to change it. Or focus the picture and press arrows, Ctrl with arrows, or Delete.'
            : `Drag from corner to corner around one object. What is outside is ${board.palette.labels.value[0].name}, unless a stroke says otherwise.`}
        </p>
      )}
      {tool.value === 'box' && box && (
        <button type="button" class="button quiet" title="Can be undone" onClick={() => board.setBox(null)}>
          Remove the box
        </button>
      )}
      <label class="switch">
        <input
          type="checkbox"
          checked={board.pen.showsMarks.value}
          onChange={({ currentTarget }) => {
            board.pen.showsMarks.value = currentTarget.checked;
          }}
        />
        Show marks over the picture
      </label>
    </section>
  );
}
