// SPDX-License-Identifier: MIT

import { batch, computed, signal } from '@preact/signals';
import type { Box, Marks } from '../marks/marks.js';
import type { Point, Stroke } from '../marks/stroke.js';

/** A label's number draws that label; 'move' draws nothing and moves the picture. */
export type Tool = number | 'eraser' | 'box' | 'move';

/** What a photo begins with. A finger that swipes over it should scroll the page, and draw nothing. */
export const startTool: Tool = globalThis.matchMedia?.('(pointer: coarse)').matches ? 'move' : 1;

/** What one draws with, and what is just being drawn. */
export class Pen {
  readonly tool = signal<Tool>(1);
  /** In parts of the long side. */
  readonly brushRadius = signal(0.014);
  readonly pointer = signal<Point | undefined>(undefined);
  /** The stroke that is being drawn. */
  readonly draft = signal<Stroke | undefined>(undefined);
  /** The box that is being drawn. */
  readonly draftBox = signal<Box | null | undefined>(undefined);
  /** Whether what was drawn lies over the picture. */
  readonly showsMarks = signal(true);

  readonly isDrawing = computed(() => this.draft.value !== undefined || this.draftBox.value !== undefined);

  /** @param drawn what is drawn already */
  withDraft({ strokes, box }: Marks): Marks {
    const draft = this.draft.value;
    const draftBox = this.draftBox.value;
    return { strokes: draft ? [...strokes, draft] : strokes, box: draftBox === undefined ? box : draftBox };
  }

  /** What is just being drawn is no mark. */
  abandon(): void {
    batch(() => {
      this.draft.value = undefined;
      this.draftBox.value = undefined;
    });
  }
}
