// SPDX-License-Identifier: MIT

import { useState } from 'preact/hooks';
import { cssColour, maximumLabels } from '../state/labels.js';
import { leaderOf } from '../state/merges.js';
import type { Session } from '../state/session.js';
import { EyeIcon, PlusIcon } from './icons.js';
import { Menu, type MenuItem } from './menu.js';

/** How a row that is dragged says which one it is. */
const dragType = 'text/x-label';

/** The legend: which colour is what, how much of the picture it has, and what is drawn next. */
export function LabelPanel({ session }: { session: Session }) {
  const labels = session.labels.value;
  const merges = session.history.merges.value;
  return (
    <section class="panel" aria-labelledby="labels-title">
      <div class="panel-head">
        <h2 id="labels-title">Labels</h2>
        {labels.length < maximumLabels && (
          <button type="button" class="button quiet" onClick={() => session.addLabel()}>
            <PlusIcon /> Add a label
          </button>
        )}
      </div>
      <ul class="labels">
        {labels.map((_, index) =>
          // What was merged is in another row.
          leaderOf(merges, index) === index ? <LabelRow key={index} session={session} index={index} /> : null,
        )}
      </ul>
    </section>
  );
}

function LabelRow({ session, index }: { session: Session; index: number }) {
  const [isDragTarget, setDragTarget] = useState(false);
  const [isTyping, setTyping] = useState(false);
  const label = session.labels.value[index];
  const { name, isShown } = label;
  const others = session.membersOf(index).slice(1);
  const isIsolated = session.isolated.value === index;
  return (
    <li
      class="label-row"
      data-selected={session.tool.value === index}
      data-dimmed={session.isolated.value !== null && !isIsolated}
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
        session.merge(Number(from), index);
      }}
    >
      <button
        type="button"
        class="swatch"
        style={{ '--label': cssColour(label) }}
        aria-pressed={session.tool.value === index}
        aria-label={`Draw ${name}`}
        title={`Draw ${name} (${index + 1})`}
        onClick={() => {
          session.tool.value = index;
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
            session.tool.value = index;
          }}
          onBlur={() => setTyping(false)}
          onInput={({ currentTarget }) => session.changeLabel(index, { name: currentTarget.value })}
        />
        {others.length > 0 && (
          <span class="label-others">with {others.map((other) => session.labels.value[other].name).join(', ')}</span>
        )}
      </div>
      <Area session={session} index={index} />
      <button
        type="button"
        class="button icon-only quiet"
        aria-pressed={isShown}
        aria-label={`Show ${name}`}
        title={isShown ? 'Shown: tinted in the overlay, kept in the cut-out' : 'Hidden: left out of the cut-out'}
        onClick={() => session.changeLabel(index, { isShown: !isShown })}
      >
        <EyeIcon isOpen={isShown} />
      </button>
      <Menu title={`More for ${name}`} items={itemsFor(session, index)} />
    </li>
  );
}

/** Pixels and share; pressed, it shows this label alone. */
function Area({ session, index }: { session: Session; index: number }) {
  const { name } = session.labels.value[index];
  const areas = session.areas.value;
  const area = areas?.[index];
  if (!areas || area === undefined) return <span class="area">–</span>;
  const total = areas.reduce((sum, count) => sum + count, 0);
  const isIsolated = session.isolated.value === index;
  return (
    <button
      type="button"
      class="area"
      aria-pressed={isIsolated}
      aria-label={`Show only ${name}`}
      title={isIsolated ? 'Show all labels again' : `Show only ${name}`}
      onClick={() => session.toggleIsolated(index)}
    >
      <span class="share">{((100 * area) / total).toFixed(1)} %</span>
      <span class="pixels">{area.toLocaleString('en')} px</span>
    </button>
  );
}

function itemsFor(session: Session, index: number): MenuItem[] {
  const labels = session.labels.value;
  const merges = session.history.merges.value;
  const isIsolated = session.isolated.value === index;
  const others = labels.map((_, i) => i).filter((i) => i !== index && leaderOf(merges, i) === i);
  return [
    { title: isIsolated ? 'Show all labels' : 'Show only this', act: () => session.toggleIsolated(index) },
    ...(session.membersOf(index).length > 1 ? [{ title: 'Separate again', act: () => session.separate(index) }] : []),
    ...others.map((other) => ({
      title: `Merge into ${labels[other].name || `label ${other + 1}`}`,
      act: () => session.merge(index, other),
    })),
  ];
}
