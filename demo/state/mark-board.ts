// SPDX-License-Identifier: MIT

import { batch, computed, type ReadonlySignal } from '@preact/signals';
import { areSameBoxes } from '../marks/box-edit.js';
import { type Box, isUnmarked, type Marks, noMarks, withoutLabel } from '../marks/marks.js';
import type { Stroke } from '../marks/stroke.js';
import { Viewport } from '../view/viewport.js';
import { type Label, maximumLabels, withAnotherLabel } from './labels.js';
import { merged, mergesWithout, separated } from './merges.js';
import type { Palette } from './palette.js';
import { Pen } from './pen.js';
import type { Cell, Steps } from './timeline.js';

/** The picture that is drawn on, and what drawing is about there. */
export interface DrawnOn {
  /** Of the picture, in pixels. */
  extent: ReadonlySignal<{ width: number; height: number } | undefined>;
  /** Pixels by label that others are not merged into; undefined where nobody counts. */
  areas: ReadonlySignal<readonly number[] | undefined>;
  /** Whether one can draw: marks say what to look for, or correct what the network found. */
  takesMarks: ReadonlySignal<boolean>;
  /** Whether the labels are the user's own, and no network's. */
  ownsLabels: ReadonlySignal<boolean>;
}

/** Labels, and what is drawn with them on a picture: the same for photos and for the camera. All that is done here can be undone. */
export class MarkBoard {
  readonly pen = new Pen();
  /** Which part of the picture is seen. */
  readonly viewport = new Viewport();

  /** What is drawn, with what is just being drawn. */
  readonly marks = computed<Marks>(() => this.pen.withDraft(this.drawn.value));
  readonly isEmpty = computed(() => isUnmarked(this.drawn.value));

  /** Indices of the labels that something is known of. */
  readonly markedLabels = computed(() => {
    const { strokes, box } = this.marks.value;
    return new Set([...(box ? [0, 1] : []), ...strokes.flatMap(({ label }) => label ?? [])]);
  });

  readonly canAddLabel = computed(() => this.on.ownsLabels.value && this.palette.labels.value.length < maximumLabels);

  /** @param drawn the marks that there are */
  constructor(
    readonly palette: Palette,
    readonly drawn: Cell<Marks>,
    readonly on: DrawnOn,
    readonly steps: Steps,
  ) {}

  add(stroke: Stroke): void {
    const { strokes, box } = this.drawn.value;
    const title = stroke.label === null ? 'eraser' : 'stroke';
    this.draw(title, { strokes: [...strokes, stroke], box });
  }

  /** Null takes the box away. */
  setBox(box: Box | null): void {
    const marks = this.drawn.value;
    if (!areSameBoxes(box, marks.box)) this.draw('box', { ...marks, box });
  }

  clear(): void {
    if (!this.isEmpty.value) this.draw('Clear', noMarks);
  }

  addLabel(): void {
    const { palette, pen, steps } = this;
    steps.act('Add a label', () => {
      palette.change({ labels: withAnotherLabel(palette.labels.value) });
      pen.tool.value = palette.labels.value.length - 1;
    });
  }

  /** Not what is around, and not the last one beside it. */
  canRemoveLabel(index: number): boolean {
    return this.on.ownsLabels.value && index > 0 && this.palette.labels.value.length > 2;
  }

  /** With its marks, and with the box where that is around it. */
  removeLabel(index: number): void {
    if (!this.canRemoveLabel(index)) return;
    const { palette, pen, drawn, steps } = this;
    steps.act('delete a label', () => {
      palette.isolated.value = null;
      drawn.value = withoutLabel(drawn.value, index);
      palette.change({
        labels: palette.labels.value.filter((_, label) => label !== index),
        merges: mergesWithout(palette.merges.value, index),
      });
      pen.tool.value = Math.min(index, palette.labels.value.length - 1);
    });
  }

  changeLabel(index: number, change: Partial<Pick<Label, 'name' | 'isShown'>>): void {
    const title = change.name === undefined ? 'show or hide a label' : 'name of a label';
    this.steps.actOn(title, () => this.palette.changeLabel(index, change));
  }

  merge(from: number, into: number): void {
    this.steps.act('merge labels', () => {
      const { isolated, merges } = this.palette;
      isolated.value = null;
      this.palette.change({ merges: merged(merges.value, from, into) });
    });
  }

  separate(leader: number): void {
    this.steps.act('separate labels', () =>
      this.palette.change({ merges: separated(this.palette.merges.value, leader) }),
    );
  }

  /** After labels came or went: what is drawn next is one of them. */
  settle(): void {
    const { palette, pen } = this;
    const count = palette.labels.value.length;
    const { tool } = pen;
    batch(() => {
      pen.abandon();
      if (typeof tool.value === 'number') tool.value = Math.min(tool.value, count - 1);
      if ((palette.isolated.value ?? 0) >= count) palette.isolated.value = null;
    });
  }

  private draw(title: string, marks: Marks): void {
    this.steps.act(title, () => {
      this.drawn.value = marks;
    });
  }
}
