// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import { views } from '../view/paint.js';
import { CompareIcon } from './icons.js';
import { toggleComparison } from './keys.js';

export function ViewBar({ session }: { session: Session }) {
  const { view, divider, showsOriginal } = session;
  const hold = (isHeld: boolean) => {
    showsOriginal.value = isHeld;
  };
  return (
    <div class="view-bar">
      <fieldset class="segments">
        <legend class="visually-hidden">View</legend>
        {views.map(({ value, title, hint }) => (
          <label key={value} title={hint}>
            <input
              type="radio"
              name="view"
              value={value}
              checked={view.value === value}
              onChange={() => {
                view.value = value;
              }}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        class="button"
        aria-pressed={divider.value !== null}
        title="A handle between the network alone and the CRF’s result (C)"
        onClick={() => toggleComparison(session)}
      >
        <CompareIcon /> Compare
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={showsOriginal.value}
        title="The photo alone, while this button or O is held"
        onPointerDown={() => hold(true)}
        onPointerUp={() => hold(false)}
        onPointerLeave={() => hold(false)}
        onKeyDown={({ key }) => {
          if (key === ' ' || key === 'Enter') hold(true);
        }}
        onKeyUp={() => hold(false)}
        onBlur={() => hold(false)}
      >
        Original
      </button>
    </div>
  );
}

/** The one after the current, from the start again after the last. */
export function showNextView({ view }: Session): void {
  const place = views.findIndex(({ value }) => value === view.value);
  view.value = views[(place + 1) % views.length].value;
}
