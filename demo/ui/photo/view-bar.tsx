// SPDX-License-Identifier: MIT

import type { Session } from '../../state/session.js';
import { views } from '../../view/paint.js';
import { toggleComparison } from '../keys.js';
import { CompareIcon } from '../parts/icons.js';
import { chooseNext, Segments } from '../parts/segments.js';

export function ViewBar({ session }: { session: Session }) {
  const { view, divider, showsOriginal } = session;
  const hold = (isHeld: boolean) => {
    showsOriginal.value = isHeld;
  };
  return (
    <div class="view-bar">
      <Segments legend="View" name="view" segments={views} chosen={view} />
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

export function showNextView({ view }: Session): void {
  chooseNext(views, view);
}
