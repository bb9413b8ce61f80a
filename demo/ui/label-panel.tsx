// SPDX-License-Identifier: MIT

import { cssColour, type Label, maximumLabels } from '../state/labels.js';
import type { Session } from '../state/session.js';
import { EyeIcon, PlusIcon } from './icons.js';

export function LabelPanel({ session }: { session: Session }) {
  const labels = session.labels.value;
  return (
    <section class="panel" aria-labelledby="labels-title">
      <h2 id="labels-title">Draw with</h2>
      <ul class="labels">
        {labels.map((label, index) => (
          <LabelRow key={index} session={session} label={label} index={index} />
        ))}
      </ul>
      {labels.length < maximumLabels && (
        <button type="button" class="button quiet" onClick={() => session.addLabel()}>
          <PlusIcon /> Add a label
        </button>
      )}
    </section>
  );
}

function LabelRow({ session, label, index }: { session: Session; label: Label; index: number }) {
  const { name, isShown } = label;
  return (
    <li class="label-row" data-selected={session.tool.value === index}>
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
      <input
        class="label-name"
        aria-label={`Name of label ${index + 1}`}
        value={name}
        maxLength={40}
        onFocus={() => {
          session.tool.value = index;
        }}
        onInput={({ currentTarget }) => session.changeLabel(index, { name: currentTarget.value })}
      />
      <span class="share" title="Share of the picture">
        {shareOf(session, index)}
      </span>
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
    </li>
  );
}

function shareOf(session: Session, index: number): string {
  const areas = session.areas.value;
  const area = areas?.[index];
  if (!areas || area === undefined) return '–';
  const total = areas.reduce((sum, count) => sum + count, 0);
  return `${((100 * area) / total).toFixed(1)} %`;
}
