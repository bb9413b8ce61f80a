// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';

export type Mode = 'photo' | 'webcam';

const titles: Readonly<Record<Mode, string>> = { photo: 'Photo', webcam: 'Webcam' };

export function ModeSwitch({ mode }: { mode: Signal<Mode> }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Mode</legend>
      {(['photo', 'webcam'] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="mode"
            value={one}
            checked={mode.value === one}
            onChange={() => {
              mode.value = one;
            }}
          />
          <span>{titles[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
