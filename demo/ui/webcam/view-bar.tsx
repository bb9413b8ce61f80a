// SPDX-License-Identifier: MIT

import type { Effect } from '../../webcam/live-protocol.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { toggleComparison } from '../keys.js';
import { CompareIcon, MirrorIcon } from '../parts/icons.js';
import { chooseNext, type Segment, Segments } from '../parts/segments.js';
import { StepButtons } from '../parts/undo-button.js';

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
  const { timeline, look } = live;
  const { status } = live.camera;
  const effect = timeline.cell('effect', look.effect);
  const mirror = timeline.cell('mirror', look.mirror);
  return (
    <div class="view-bar">
      <Segments legend="Effect" name="effect" segments={effects} chosen={effect} />
      <button
        type="button"
        class="button"
        aria-pressed={look.divider.value !== null}
        title="A handle between the bare camera and the result (C)"
        onClick={() => toggleComparison(look)}
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
      <StepButtons steps={timeline} />
      {status.value !== 'off' && (
        <button type="button" class="button is-apart" onClick={() => live.turnOff()}>
          Turn off
        </button>
      )}
    </div>
  );
}

export function showNextEffect({ timeline, look }: LiveSession): void {
  chooseNext(effects, timeline.cell('effect', look.effect));
}
