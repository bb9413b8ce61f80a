// SPDX-License-Identifier: MIT

import type { Steps } from '../state/timeline.js';
import { isTyping } from './keys.js';

/**
 * Tells undo where a gesture ends: a slider that is dragged, a key that is held and a name that is typed are one step each. What begins next, wherever
 * on the page, is another one.
 */
export function listenForGestures(timelines: readonly Pick<Steps, 'endGesture'>[]): void {
  const end = () => {
    for (const timeline of timelines) timeline.endGesture();
  };
  let isHeld = false;
  const hold = (held: boolean) => () => {
    if (held) end();
    isHeld = held;
  };
  addEventListener('pointerdown', hold(true), { capture: true, passive: true });
  for (const kind of ['pointerup', 'pointercancel'] as const) addEventListener(kind, hold(false), { capture: true });
  // A slider that is pressed moves before the focus does.
  addEventListener('focusout', () => !isHeld && end(), { capture: true });
  addEventListener(
    'keydown',
    (event) => {
      if (!event.repeat && !isTyping(event.target)) end();
    },
    { capture: true },
  );
  addEventListener(
    'change',
    ({ target }) => {
      // It tells of a slider's every step by keys, and of typing that is over.
      const goesOn = target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio';
      if (!goesOn) end();
    },
    { capture: true },
  );
}
