// SPDX-License-Identifier: MIT

import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { isUnmarked, type Marks, noMarks } from '../marks/marks.js';
import type { MarkBoard } from '../state/mark-board.js';

/** A frame of the camera with what is marked on it. */
export interface MarkedFrame {
  frame: VideoFrame;
  marks: Marks;
}

/** The frame that stands still, so that one can draw on it, and what is marked on which frame. */
export class MarkedFrames {
  readonly isFrozen = signal(false);
  /** The frame that the marks are on. */
  private readonly keyFrame = signal<VideoFrame | undefined>(undefined);
  /** What was marked before, in force until marks enough are on the frame that stands still. */
  private readonly former = signal<MarkedFrame | undefined>(undefined);

  /** Marks of a link, or of a turn of the camera before, that are on no frame yet. */
  readonly awaitsFrame = computed(
    () => this.takesMarks.value && this.keyFrame.value === undefined && !isUnmarked(this.marks.value),
  );

  /** What stands still, on the page itself. */
  readonly still = computed(() => (this.isFrozen.value ? this.keyFrame.value : undefined));

  /** What says what to look for. */
  readonly marked = computed<MarkedFrame | undefined>(() => {
    const frame = this.keyFrame.value;
    return frame && this.hasEnough ? { frame, marks: this.board.marks.value } : this.former.value;
  });

  /**
   * @param marks that there are
   * @param takesMarks whether anything looks at them
   * @param forget undo can't bring marks back whose frame is gone
   */
  constructor(
    private readonly board: Pick<MarkBoard, 'marks' | 'markedLabels'>,
    private readonly marks: Signal<Marks>,
    private readonly takesMarks: ReadonlySignal<boolean>,
    private readonly forget: () => void,
  ) {}

  /** What is drawn from now on is about this frame. */
  freeze(frame: VideoFrame): void {
    batch(() => {
      const before = this.keyFrame.value;
      if (before) {
        this.forgetFormer();
        if (this.hasEnough) this.former.value = { frame: before, marks: this.board.marks.value };
        else before.close();
        // Marks are where they are on their own frame only.
        this.replace(noMarks);
      }
      this.keyFrame.value = frame;
      this.isFrozen.value = true;
    });
  }

  thaw(): void {
    batch(() => {
      this.settle();
      this.isFrozen.value = false;
    });
  }

  /** Too few marks are none: those before hold again. */
  settle(): void {
    const former = this.former.value;
    if (former && !this.hasEnough) {
      this.keyFrame.value?.close();
      this.keyFrame.value = former.frame;
      this.replace(former.marks);
      this.former.value = undefined;
    } else this.forgetFormer();
  }

  /** Marks of a link: they wait for the frame that they will be on. */
  lay(marks: Marks): void {
    batch(() => {
      this.forgetFrames();
      this.replace(marks);
    });
  }

  /** No picture of the camera is kept. Marks stay. */
  forgetFrames(): void {
    this.keyFrame.value?.close();
    this.keyFrame.value = undefined;
    this.forgetFormer();
  }

  private get hasEnough(): boolean {
    return this.board.markedLabels.value.size >= 2;
  }

  private replace(marks: Marks): void {
    this.marks.value = marks;
    this.forget();
  }

  private forgetFormer(): void {
    this.former.value?.frame.close();
    this.former.value = undefined;
  }
}
