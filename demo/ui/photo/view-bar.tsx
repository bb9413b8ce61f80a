// SPDX-License-Identifier: MIT

import type { Session } from '../../state/session.js';
import { views } from '../../view/paint.js';
import { toggleComparison } from '../keys.js';
import { CompareIcon } from '../parts/icons.js';
import { chooseNext, Segments } from '../parts/segments.js';
import { StepButtons } from '../parts/undo-button.js';
import { ZoomControl } from './zoom-control.js';

export function ViewBar({ session }: { session: Session }) {
  const { view, divider, showsOriginal } = session.look;
  return (
    <div class="view-bar">
      <Segments legend="View" name="view" segments={views} chosen={view} />
      <button
        type="button"
        class="button"
        aria-pressed={divider.value !== null}
        title="A handle between the mask before and after refinement (C)"
        onClick={() => toggleComparison(session.look)}
      >
        <CompareIcon /> Compare
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={showsOriginal.value}
        title="The photo alone (or hold O)"
        onClick={() => {
          showsOriginal.value = !showsOriginal.value;
        }}
      >
        Original
      </button>
      <StepButtons steps={session.timeline} />
      <ZoomControl session={session} />
    </div>
  );
}

export function showNextView({ view }: Session['look']): void {
  chooseNext(views, view);
}
