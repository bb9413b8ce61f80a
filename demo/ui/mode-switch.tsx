// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import { type Segment, Segments } from './parts/segments.js';

export type Mode = 'photo' | 'webcam';

const modes: readonly Segment<Mode>[] = [
  { value: 'photo', title: 'Photo' },
  { value: 'webcam', title: 'Webcam' },
];

export function ModeSwitch({ mode }: { mode: Signal<Mode> }) {
  return <Segments legend="Mode" name="mode" segments={modes} chosen={mode} />;
}
