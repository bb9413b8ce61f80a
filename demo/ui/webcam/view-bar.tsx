// SPDX-License-Identifier: MIT

import type { Effect } from '../../webcam/live-protocol.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { toggleComparison } from '../keys.js';
import { CompareIcon, MirrorIcon } from '../parts/icons.js';
import { chooseNext, type Segment, Segments } from '../parts/segments.js';

const effects: readonly Segment<Effect>[] = [
  {
    value: 'blur',
    title: 'Blur',
    hint: 'Only what is behind is blurred; nothing of the foreground gets into the blur',
  },
  { value: 'image', title: 'Picture', hint: 'Another picture behind the foreground' },
  { value: 'colour', title: 'Colour', hint: 'One colour behind the foreground' },
  { value: 'cut-out', title: 'Cut-out', hint: 'The foreground alone, on transparency' },
  { value: 'overlay', title: 'Overlay', hint: 'Labels in colour over the picture' },
  { value: 'confidence', title: 'Confidence', hint: 'Bright where the result is sure' },
];

export function LiveViewBar({ live }: { live: LiveSession }) {
  const { effect, mirror, status } = live;
  return (
    <div class="view-bar">
      <Segments legend="Effect" name="effect" segments={effects} chosen={effect} />
      <button
        type="button"
        class="button"
        aria-pressed={live.divider.value !== null}
        title="A handle between the bare camera and the result (C)"
        onClick={() => toggleComparison(live)}
      >
        <CompareIcon /> Compare
      </button>
      <button
        type="button"
        class="button icon-only"
        aria-pressed={mirror.value}
        aria-label="Mirror"
        title="As in a mirror"
        onClick={() => {
          mirror.value = !mirror.value;
        }}
      >
        <MirrorIcon />
      </button>
      <span class="spacer" />
      {status.value !== 'off' && (
        <button type="button" class="button" onClick={() => live.turnOff()}>
          Turn off
        </button>
      )}
    </div>
  );
}

export function showNextEffect({ effect }: LiveSession): void {
  chooseNext(effects, effect);
}
