// SPDX-License-Identifier: MIT

import { batch, signal } from '@preact/signals';
import type { LoadProgress } from '../../src/pipeline/index.js';

/** How far the worker has come, and what went wrong. */
export class LiveProgress {
  readonly loading = signal<LoadProgress | undefined>(undefined);
  readonly isReady = signal(false);
  /** Loading was cancelled or failed, or the GPU was lost for good: there is the bare camera until somebody starts again. */
  readonly isStopped = signal(false);
  /** The result is on the screen, not the bare camera. */
  readonly isShowing = signal(false);
  readonly error = signal<string | undefined>(undefined);
  readonly loss = signal<'rebuilt' | 'last' | undefined>(undefined);
  /** A canvas that a lost GPU drew into stays blank in Chromium, whoever draws into it later: then there is another one. */
  readonly canvasNumber = signal(0);

  load(progress: LoadProgress): void {
    batch(() => {
      this.loading.value = progress;
      this.isReady.value = false;
      this.isStopped.value = false;
    });
  }

  /** The network is there, and what was wrong with the one before is no news any more. */
  becomeReady(): void {
    batch(() => {
      this.loading.value = undefined;
      this.isReady.value = true;
      this.error.value = undefined;
    });
  }

  /** Loading came to nothing. Without an error it was cancelled. */
  endLoading(error: string | undefined): void {
    batch(() => {
      this.loading.value = undefined;
      this.isStopped.value = true;
      this.error.value = error;
    });
  }

  lose(isLast: boolean): void {
    batch(() => {
      this.loss.value = isLast ? 'last' : 'rebuilt';
      this.isShowing.value = false;
      this.isStopped.value = isLast;
      this.canvasNumber.value++;
    });
  }

  /** What went wrong is no news any more. */
  forgive(): void {
    batch(() => {
      this.error.value = undefined;
      this.loss.value = undefined;
    });
  }

  /** The camera is off. */
  clear(): void {
    batch(() => {
      this.loading.value = undefined;
      this.isReady.value = false;
      this.isStopped.value = false;
      this.isShowing.value = false;
    });
  }
}
