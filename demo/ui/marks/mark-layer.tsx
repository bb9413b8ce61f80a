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
  /** Classes that say what the pointer looks like; a ring of the brush's size without any. */
  form: string;
  isMirrored?: boolean;
  /** Reads signals. */
  areMarksShown: () => boolean;
  handlers: HTMLAttributes<HTMLDivElement>;
}

/** Marks over a picture, in the screen's own pixels, and what is drawn on. */
export function MarkLayer({ board, title, form, isMirrored, areMarksShown, handlers }: MarkLayerProps) {
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
      class={`strokes ${form}`}
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
  const pointer = board.pen.pointer.value;
  const tool = board.pen.tool.value;
  const labels = board.palette.labels.value;
  const takesMarks = board.on.takesMarks.value;
  const radius = board.pen.brushRadius.value;
  const part = board.viewport.part.value;
  if (!canvas) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  context.resetTransform();
  context.clearRect(0, 0, width, height);
  // All of the picture, of which a part may be seen.
  const size = { width: width / part.width, height: height / part.height };
  context.translate(-part.left * size.width, -part.top * size.height);
  const edge = 1.25 * devicePixelRatio;
  drawStrokes(context, size, areMarksShown ? strokes : [], labels.map(cssColour), edge);
  if (areMarksShown && box) drawBox(context, size, box, edge);
  if (areMarksShown && box && takesMarks && tool === 'box') drawGrips(context, size, box, edge);
  if (!pointer || !takesMarks || tool === 'box' || tool === 'move') return;
  const colour = tool === 'eraser' ? 'white' : cssColour(labels[tool]);
  drawRing(context, size, { ...pointer, radius, colour }, edge);
}
