// SPDX-License-Identifier: MIT

import { batch, computed, type Signal, signal } from '@preact/signals';
import { areSameBoxes } from '../marks/box-edit.js';
import { type Box, type Marks, noMarks } from '../marks/marks.js';
import type { Stroke } from '../marks/stroke.js';
import type { Label } from './labels.js';
import { type Merges, noMerges } from './merges.js';

/** What undo goes back to. */
export interface Step {
  marks: Marks;
  merges: Merges;
}

/** A step, and which labels there were. */
interface Kept extends Step {
  labels: readonly Label[];
}

/** Marks, merged labels and which labels there are, with undo and redo. Clearing is a step like any other. */
export class History {
  private readonly past = signal<readonly Kept[]>([]);
  private readonly future = signal<readonly Kept[]>([]);
  private readonly present = signal<Step>({ marks: noMarks, merges: noMerges });

  readonly marks = computed(() => this.present.value.marks);
  readonly merges = computed(() => this.present.value.merges);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);
  readonly isEmpty = computed(() => this.marks.value.strokes.length === 0 && this.marks.value.box === null);

  /** @param labels of the board: they come and go with the steps that added and removed them, and keep their names */
  constructor(private readonly labels: Signal<readonly Label[]>) {}

  add(stroke: Stroke): void {
    const { strokes, box } = this.marks.value;
    this.setMarks({ strokes: [...strokes, stroke], box });
  }

  /** Null takes the box away. */
  setBox(box: Box | null): void {
    const { marks } = this;
    if (!areSameBoxes(box, marks.value.box)) this.setMarks({ ...marks.value, box });
  }

  setMarks(marks: Marks): void {
    this.replace({ ...this.present.value, marks });
  }

  setMerges(merges: Merges): void {
    if (merges !== this.merges.value) this.replace({ ...this.present.value, merges });
  }

  /** Labels are added or removed, and marks with them. */
  setLabels(labels: readonly Label[], step: Step = this.present.value): void {
    batch(() => {
      this.replace(step);
      this.labels.value = labels;
    });
  }

  clear(): void {
    if (!this.isEmpty.value) this.setMarks(noMarks);
  }

  undo(): void {
    this.travel(this.past, this.future);
  }

  redo(): void {
    this.travel(this.future, this.past);
  }

  /** A new photo: there is nothing to go back to. */
  reset(step: Step): void {
    this.past.value = [];
    this.future.value = [];
    this.present.value = step;
  }

  private travel(from: typeof this.past, to: typeof this.past): void {
    const next = from.value.at(-1);
    if (!next) return;
    batch(() => {
      from.value = from.value.slice(0, -1);
      to.value = [...to.value, this.kept()];
      this.present.value = next;
      if (next.labels.length !== this.labels.value.length) this.labels.value = next.labels;
    });
  }

  private kept(): Kept {
    return { ...this.present.value, labels: this.labels.value };
  }

  private replace(step: Step): void {
    this.past.value = [...this.past.value, this.kept()];
    this.future.value = [];
    this.present.value = step;
  }
}
