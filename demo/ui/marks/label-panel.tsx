// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { cssColour } from '../../state/labels.js';
import type { MarkBoard } from '../../state/mark-board.js';
import { leaderOf } from '../../state/merges.js';
import { EyeIcon, PlusIcon } from '../parts/icons.js';
import { Menu, type MenuItem } from '../parts/menu.js';

/** How a row that is dragged says which one it is. */
const dragType = 'text/x-label';

/** The legend: which colour is what, how much of the picture it has, and what is drawn next. */
export function LabelPanel({ board, children }: { board: MarkBoard; children?: ComponentChildren }) {
  const labels = board.palette.labels.value;
  const merges = board.palette.merges.value;
  return (
    <section class="panel" aria-labelledby="labels-title">
      <div class="panel-head">
        <h2 id="labels-title">Labels</h2>
        {board.canAddLabel.value && (
          <button type="button" class="button quiet" onClick={() => board.addLabel()}>
            <PlusIcon /> Add a label
          </button>
        )}
      </div>
      <ul class="labels">
        {labels.map((_, index) =>
          // What was merged is in another row.
          leaderOf(merges, index) === index ? <LabelRow key={index} board={board} index={index} /> : null,
        )}
      </ul>
      {children}
    </section>
  );
}

function LabelRow({ board, index }: { board: MarkBoard; index: number }) {
  const [isDragTarget, setDragTarget] = useState(false);
  const [isTyping, setTyping] = useState(false);
  const label = board.palette.labels.value[index];
  const { name, isShown } = label;
  const others = board.palette.membersOf(index).slice(1);
  const isIsolated = board.palette.isolated.value === index;
  const takesMarks = board.on.takesMarks.value;
  return (
    <li
      class="label-row"
      data-selected={takesMarks ? board.pen.tool.value === index : isIsolated}
      data-dimmed={board.palette.isolated.value !== null && !isIsolated}
      data-target={isDragTarget}
      draggable={!isTyping}
      title="Drag onto another label to merge the two"
      onDragStart={({ dataTransfer }) => dataTransfer?.setData(dragType, String(index))}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes(dragType)) return;
        event.preventDefault();
        setDragTarget(true);
      }}
      onDragLeave={() => setDragTarget(false)}
      onDrop={(event) => {
        setDragTarget(false);
        const from = event.dataTransfer?.getData(dragType);
        if (!from) return;
        event.preventDefault();
        event.stopPropagation();
        board.merge(Number(from), index);
      }}
    >
      <button
        type="button"
        class="swatch"
        style={{ '--label': cssColour(label) }}
        aria-pressed={takesMarks ? board.pen.tool.value === index : isIsolated}
        aria-label={`${index + 1}: ${takesMarks ? 'draw' : 'show only'} ${name}`}
        title={takesMarks ? `Draw ${name} (${index + 1})` : `Show only ${name}`}
        onClick={() => {
          if (takesMarks) board.pen.tool.value = index;
          else board.palette.toggleIsolated(index);
        }}
      >
        {index + 1}
      </button>
      <div class="label-text">
        <input
          class="label-name"
          aria-label={`Name of label ${index + 1}`}
          value={name}
          maxLength={40}
          spellcheck={false}
          onFocus={() => {
            setTyping(true);
            board.pen.tool.value = index;
          }}
          onBlur={() => setTyping(false)}
          onInput={({ currentTarget }) => board.changeLabel(index, { name: currentTarget.value })}
        />
        {others.length > 0 && (
          <span class="label-others">
            with {others.map((other) => board.palette.labels.value[other].name).join(', ')}
          </span>
        )}
      </div>
      <Area board={board} index={index} />
      <button
        type="button"
        class="button icon-only quiet"
        aria-pressed={isShown}
        aria-label={`Show ${name}`}
        title={isShown ? 'Shown: tinted in the overlay, kept in the cut-out' : 'Hidden: left out of the cut-out'}
        onClick={() => board.changeLabel(index, { isShown: !isShown })}
      >
        <EyeIcon isOpen={isShown} />
      </button>
      <Menu title={`More for ${name}`} items={itemsFor(board, index)} />
    </li>
  );
}

/** Pixels and share; pressed, it shows this label alone. */
function Area({ board, index }: { board: MarkBoard; index: number }) {
  const { name } = board.palette.labels.value[index];
  const areas = board.on.areas.value;
  const area = areas?.[index];
  if (!areas || area === undefined) return <span class="area" />;
  const total = areas.reduce((sum, count) => sum + count, 0);
  const isIsolated = board.palette.isolated.value === index;
  return (
    <button
      type="button"
      class="area"
      aria-pressed={isIsolated}
      title={isIsolated ? 'Show all labels again' : `Show only ${name}`}
      onClick={() => board.palette.toggleIsolated(index)}
    >
      <span class="share">{((100 * area) / total).toFixed(1)} %</span>
      <span class="pixels">{area.toLocaleString('en')} px</span>
      <span class="visually-hidden">: show only {name}</span>
    </button>
  );
}

function itemsFor(board: MarkBoard, index: number): MenuItem[] {
  const labels = board.palette.labels.value;
  const merges = board.palette.merges.value;
  const isIsolated = board.palette.isolated.value === index;
  const others = labels.map((_, i) => i).filter((i) => i !== index && leaderOf(merges, i) === i);
  return [
    { title: isIsolated ? 'Show all labels' : 'Show only this', act: () => board.palette.toggleIsolated(index) },
    ...(board.palette.membersOf(index).length > 1
      ? [{ title: 'Separate again', act: () => board.separate(index) }]
      : []),
    ...others.map((other) => ({
      title: `Merge into ${labels[other].name || `label ${other + 1}`}`,
      act: () => board.merge(index, other),
    })),
    ...(board.canRemoveLabel(index) ? [{ title: 'Delete, with its marks', act: () => board.removeLabel(index) }] : []),
  ];
}
