// SPDX-License-Identifier: MIT

import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Box, type Marks, withoutLabel } from '../marks/marks.js';
import type { Point, Stroke } from '../marks/stroke.js';
import { Viewport } from '../view/viewport.js';
import type { History } from './history.js';
import { type Label, labelsNamed, maximumLabels, shownLabels, withAnotherLabel } from './labels.js';
import { membersOf, merged, mergesWithout, separated } from './merges.js';

/** A label's number draws that label; 'move' draws nothing and moves the picture. */
export type Tool = number | 'eraser' | 'box' | 'move';

/** What a photo begins with. A finger that swipes over it should scroll the page, and draw nothing. */
export const startTool: Tool = globalThis.matchMedia?.('(pointer: coarse)').matches ? 'move' : 1;

/** Labels, and what is drawn with them on a picture: the same for photos and for the camera. */
export abstract class MarkBoard {
  readonly labels = signal<readonly Label[]>(labelsNamed(['Background', 'Object']));
  /** The stroke that is being drawn. */
  readonly draft = signal<Stroke | undefined>(undefined);
  /** The box that is being drawn. */
  readonly draftBox = signal<Box | null | undefined>(undefined);
  readonly tool = signal<Tool>(1);
  /** In parts of the long side. */
  readonly brushRadius = signal(0.014);
  readonly pointer = signal<Point | undefined>(undefined);
  /** Which part of the picture is seen. */
  readonly viewport = new Viewport();
  /** Whether what was drawn lies over the picture. */
  readonly showsMarks = signal(true);
  /** The only label that is shown, or null. */
  readonly isolated = signal<number | null>(null);

  /** Of the picture that is drawn on, in pixels. */
  abstract readonly extent: ReadonlySignal<{ width: number; height: number } | undefined>;
  /** Pixels by label that others are not merged into; undefined where nobody counts. */
  abstract readonly areas: ReadonlySignal<readonly number[] | undefined>;
  /** Whether one can draw: marks say what to look for, or correct what the network found. */
  abstract readonly takesMarks: ReadonlySignal<boolean>;
  /** Whether the labels are the user's own, and no network's. */
  abstract readonly ownsLabels: ReadonlySignal<boolean>;
  /** Of what is drawn. */
  abstract readonly history: History;

  /** What is drawn, with what is just being drawn. */
  readonly marks = computed<Marks>(() => {
    const { strokes, box } = this.history.marks.value;
    const draft = this.draft.value;
    const draftBox = this.draftBox.value;
    return { strokes: draft ? [...strokes, draft] : strokes, box: draftBox === undefined ? box : draftBox };
  });

  /** Indices of the labels that something is known of. */
  readonly markedLabels = computed(() => {
    const { strokes, box } = this.marks.value;
    return new Set([...(box ? [0, 1] : []), ...strokes.flatMap(({ label }) => label ?? [])]);
  });

  readonly shownLabels = computed(() => shownLabels(this.labels.value, this.history.merges.value, this.isolated.value));

  /** By label, the label that it counts as. */
  readonly leaders = computed(() => this.shownLabels.value.map(({ leader }) => leader));

  readonly canAddLabel = computed(() => this.ownsLabels.value && this.labels.value.length < maximumLabels);

  addLabel(): void {
    batch(() => {
      this.history.setLabels(withAnotherLabel(this.labels.value));
      this.tool.value = this.labels.value.length - 1;
    });
  }

  /** Not what is around, and not the last one beside it. */
  canRemoveLabel(index: number): boolean {
    return this.ownsLabels.value && index > 0 && this.labels.value.length > 2;
  }

  /** With its marks, and with the box where that is around it. */
  removeLabel(index: number): void {
    if (!this.canRemoveLabel(index)) return;
    const { marks, merges } = this.history;
    batch(() => {
      this.isolated.value = null;
      this.history.setLabels(
        this.labels.value.filter((_, label) => label !== index),
        { marks: withoutLabel(marks.value, index), merges: mergesWithout(merges.value, index) },
      );
      this.tool.value = Math.min(index, this.labels.value.length - 1);
    });
  }

  changeLabel(index: number, change: Partial<Label>): void {
    this.labels.value = this.labels.value.map((label, i) => (i === index ? { ...label, ...change } : label));
  }

  merge(from: number, into: number): void {
    batch(() => {
      this.isolated.value = null;
      this.history.setMerges(merged(this.history.merges.value, from, into));
    });
  }

  separate(leader: number): void {
    this.history.setMerges(separated(this.history.merges.value, leader));
  }

  membersOf(leader: number): number[] {
    return membersOf(this.history.merges.value, leader, this.labels.value.length);
  }

  /** Shows this label alone, or all again. */
  toggleIsolated(leader: number): void {
    this.isolated.value = this.isolated.value === leader ? null : leader;
  }
}
