// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import type { Stroke } from '../marks/stroke.js';

/** All strokes, with undo and redo. Clearing is a step like any other. */
export class History {
  private readonly past = signal<readonly (readonly Stroke[])[]>([]);
  private readonly future = signal<readonly (readonly Stroke[])[]>([]);
  private readonly present = signal<readonly Stroke[]>([]);

  readonly strokes = computed(() => this.present.value);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);

  add(stroke: Stroke): void {
    this.replace([...this.present.value, stroke]);
  }

  clear(): void {
    if (this.present.value.length > 0) this.replace([]);
  }

  undo(): void {
    const previous = this.past.value.at(-1);
    if (!previous) return;
    this.past.value = this.past.value.slice(0, -1);
    this.future.value = [...this.future.value, this.present.value];
    this.present.value = previous;
  }

  redo(): void {
    const next = this.future.value.at(-1);
    if (!next) return;
    this.future.value = this.future.value.slice(0, -1);
    this.past.value = [...this.past.value, this.present.value];
    this.present.value = next;
  }

  /** A new photo: there is nothing to go back to. */
  reset(strokes: readonly Stroke[]): void {
    this.past.value = [];
    this.future.value = [];
    this.present.value = strokes;
  }

  private replace(strokes: readonly Stroke[]): void {
    this.past.value = [...this.past.value, this.present.value];
    this.future.value = [];
    this.present.value = strokes;
  }
}
