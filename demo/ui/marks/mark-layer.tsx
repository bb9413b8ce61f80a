// SPDX-License-Identifier: MIT

import { useSignal, useSignalEffect } from '@preact/signals';
import type { HTMLAttributes } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { cssColour } from '../../state/labels.js';
import type { MarkBoard } from '../../state/mark-board.js';
import { drawBox, drawGrips, drawRing, drawStrokes } from '../../view/draw-marks.js';

export interface MarkLayerProps {
  board: MarkBoard;
  /** Said of it to those who cannot see it. */
  title: string;
  /** The pointer is a cross, not the brush's ring. */
  isCross: boolean;
  isMirrored?: boolean;
  /** Reads signals. */
  areMarksShown: () => boolean;
  handlers: HTMLAttributes<HTMLDivElement>;
}

/** Marks over a picture, in the screen's own pixels, and what is drawn on. */
export function MarkLayer({ board, title, isCross, isMirrored, areMarksShown, handlers }: MarkLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const width = Math.round(element.clientWidth * devicePixelRatio);
      const height = Math.round(element.clientHeight * devicePixelRatio);
      size.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [size]);
  useSignalEffect(() => show(board, canvas.current, size.value, areMarksShown()));
  return (
    <div
      class={isCross ? 'strokes is-cross' : 'strokes'}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys; it is drawn on with them.
      tabIndex={0}
      aria-label={title}
      data-mirror={isMirrored}
      {...handlers}
    >
      <canvas ref={canvas} />
    </div>
  );
}

function show(
  board: MarkBoard,
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
  areMarksShown: boolean,
): void {
  const { strokes, box } = board.marks.value;
  const pointer = board.pointer.value;
  const tool = board.tool.value;
  const labels = board.labels.value;
  const takesMarks = board.takesMarks.value;
  const radius = board.brushRadius.value;
  if (!canvas) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  const edge = 1.25 * devicePixelRatio;
  drawStrokes(context, areMarksShown ? strokes : [], labels.map(cssColour), edge);
  if (areMarksShown && box) drawBox(context, box, edge);
  if (areMarksShown && box && takesMarks && tool === 'box') drawGrips(context, box, edge);
  if (!pointer || !takesMarks || tool === 'box') return;
  const colour = tool === 'eraser' ? 'white' : cssColour(labels[tool]);
  drawRing(context, { ...pointer, radius, colour }, edge);
}
