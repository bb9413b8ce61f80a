// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import type { MarkBoard } from '../../state/mark-board.js';
import type { Tool } from '../../state/pen.js';
import { BoxIcon, BrushIcon, EraserIcon, MoveIcon } from '../parts/icons.js';

export interface ToolsProps {
  board: MarkBoard;
  /** Of the group of radio buttons. */
  name: string;
  /** Whether the picture is zoomed and moved. */
  canMove: boolean;
}

/** What the pointer does on the picture. */
export function Tools({ board, name, canMove }: ToolsProps) {
  const { value } = board.pen.tool;
  const label = typeof value === 'number' ? value : 1;
  return (
    <fieldset class="segments is-wide tools">
      <legend class="visually-hidden">Tool</legend>
      {canMove && (
        <ToolChoice board={board} group={name} tool="move" title="Move" hint="Drags the photo where it is zoomed (M)">
          <MoveIcon />
        </ToolChoice>
      )}
      <ToolChoice board={board} group={name} tool={label} title="Brush" hint="Strokes in the chosen label (1 – 8)">
        <BrushIcon />
      </ToolChoice>
      <ToolChoice board={board} group={name} tool="box" title="Box" hint="A box around the object (B)">
        <BoxIcon />
      </ToolChoice>
      <ToolChoice board={board} group={name} tool="eraser" title="Eraser" hint="Takes strokes away (E)">
        <EraserIcon />
      </ToolChoice>
    </fieldset>
  );
}

interface ToolChoiceProps {
  board: MarkBoard;
  group: string;
  tool: Tool;
  title: string;
  hint: string;
  children: ComponentChildren;
}

function ToolChoice({ board, group, tool, title, hint, children }: ToolChoiceProps) {
  const chosen = board.pen.tool.value;
  const isChosen = typeof tool === 'number' ? typeof chosen === 'number' : chosen === tool;
  return (
    <label title={hint}>
      <input
        type="radio"
        name={group}
        checked={isChosen}
        onChange={() => {
          board.pen.tool.value = tool;
        }}
      />
      <span>
        {children} {title}
      </span>
    </label>
  );
}
