// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import type { Backdrop } from '../view/backdrop.js';
import type { ViewName } from '../view/paint.js';

/** How the photo and its mask are shown. */
export class Look {
  readonly view = signal<ViewName>('overlay');
  readonly showsOriginal = signal(false);
  /** Behind the cut-out, here and in what is saved. */
  readonly backdrop = signal<Backdrop>({ kind: 'none' });
  /** Left of this place, 0..1 of the width, is what was before the CRF; null without comparison. */
  readonly divider = signal<number | null>(null);

  /** Whether what was before the CRF is seen. */
  readonly needsBefore = computed(
    () => this.divider.value !== null || this.view.value === 'before' || this.view.value === 'edges',
  );
}
