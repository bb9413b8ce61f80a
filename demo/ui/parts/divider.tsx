// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';

export interface DividerProps {
  /** 0..1 of the width. */
  position: Signal<number | null>;
  /** What is on the left, and on the right. */
  before: string;
  after: string;
}

/** The handle between before and after: dragged, or moved by arrow keys. */
export function Divider({ position, before, after }: DividerProps) {
  const share = position.value ?? 0.5;
  const place = (value: number) => {
    position.value = Math.min(1, Math.max(0, value));
  };
  return (
    <div class="divider" style={{ '--position': share }}>
      <div class="divider-side is-before">
        <span class="tag">{before}</span>
      </div>
      <div class="divider-side is-after">
        <span class="tag">{after}</span>
      </div>
      <div
        class="divider-handle"
        role="slider"
        tabIndex={0}
        aria-label="Where before ends and after begins"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          const frame = event.currentTarget.parentElement?.getBoundingClientRect();
          if (frame) place((event.clientX - frame.left) / frame.width);
        }}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          place(share + step);
        }}
      />
    </div>
  );
}
