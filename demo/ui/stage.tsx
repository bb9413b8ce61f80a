// SPDX-License-Identifier: MIT

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cssColour } from '../state/labels.js';
import type { Session } from '../state/session.js';
import { drawRing, drawStrokes } from '../view/draw-strokes.js';
import { paint } from '../view/paint.js';
import { Divider } from './divider.js';
import { drawingHandlers } from './drawing.js';

/** The picture with its mask, and above it the strokes. */
export function Stage({ session }: { session: Session }) {
  const result = useRef<HTMLCanvasElement>(null);
  const strokes = useRef<HTMLCanvasElement>(null);
  /** Of the strokes' canvas, in the screen's own pixels. */
  const size = useSignal({ width: 0, height: 0 });
  const picture = session.picture.value;

  useEffect(() => {
    const canvas = strokes.current;
    if (!canvas) return;
    const observer = new ResizeObserver(() => {
      const width = Math.round(canvas.clientWidth * devicePixelRatio);
      const height = Math.round(canvas.clientHeight * devicePixelRatio);
      size.value = { width, height };
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [size]);

  useSignalEffect(() => showResult(session, result.current));
  useSignalEffect(() => showStrokes(session, strokes.current, size.value));

  return (
    <div
      class="stage"
      style={{ '--ratio': picture ? picture.width / picture.height : 1 }}
      data-refinements={session.refinementCount.value}
      data-busy={session.isBusy.value || session.isLoading.value}
    >
      <div class={`frame is-${session.view.value}`}>
        <canvas ref={result} class="result" role="img" aria-label={session.description.value} />
        <div
          class="strokes"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys; it is drawn on with them.
          tabIndex={0}
          aria-label="Picture to draw on. The arrow keys move the brush, Space draws while it is held."
          {...drawingHandlers(session)}
        >
          <canvas ref={strokes} />
        </div>
        {session.divider.value !== null && <Divider position={session.divider} />}
        <span class="working" aria-hidden="true">
          Working…
        </span>
        <Prompt session={session} />
      </div>
    </div>
  );
}

/** What to do where there is no mask yet. */
function Prompt({ session }: { session: Session }) {
  const count = session.drawnLabels.value.size;
  const isDrawing = session.draft.value !== undefined;
  if (!session.picture.value || session.isLoading.value || isDrawing || count >= 2) return null;
  return (
    <p class="prompt" role="status">
      {count === 0
        ? 'Draw a stroke on the object, then choose Background and draw one around it.'
        : 'Now choose another label and draw a stroke with it.'}
    </p>
  );
}

function showResult(session: Session, canvas: HTMLCanvasElement | null): void {
  const picture = session.picture.value;
  const refinement = session.refinement.value;
  const divider = session.divider.value;
  if (!canvas || !picture) return;
  const { width, height, pixels } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) return;
  // After a change of the working size the result is of the old one for a moment.
  const fits = refinement?.width === width && refinement.height === height;
  if (!refinement || !fits || session.showsOriginal.value) {
    context.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
    return;
  }
  const view = session.view.value;
  const labels = session.labels.value;
  const show = (segmentation: typeof refinement.after, left: number, right: number) => {
    const painted = new ImageData(paint(view, { picture, segmentation, labels }), width, height);
    context.putImageData(painted, 0, 0, left, 0, right - left, height);
  };
  const middle = divider === null ? 0 : Math.round(divider * width);
  if (middle > 0) show(refinement.before, 0, middle);
  if (middle < width) show(refinement.after, middle, width);
}

function showStrokes(
  session: Session,
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
): void {
  const strokes = session.strokes.value;
  const pointer = session.pointer.value;
  // Outside of the overlay they would hide what one came to see: they show when one is about to draw.
  const hasResult = session.refinement.value !== undefined;
  const isWanted = session.view.value === 'overlay' || pointer !== undefined || !hasResult;
  const isShown = session.showsStrokes.value && !session.showsOriginal.value && isWanted;
  const tool = session.tool.value;
  const labels = session.labels.value;
  if (!canvas) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  drawStrokes(context, isShown ? strokes : [], labels.map(cssColour), 1.25 * devicePixelRatio);
  if (!pointer) return;
  const colour = tool === null ? 'white' : cssColour(labels[tool]);
  drawRing(context, { ...pointer, radius: session.brushRadius.value, colour }, 1.25 * devicePixelRatio);
}
