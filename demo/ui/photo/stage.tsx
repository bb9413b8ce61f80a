// SPDX-License-Identifier: MIT

import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Session } from '../../state/session.js';
import { type Painting, paint } from '../../view/paint.js';
import { drawingHandlers, pickingHandlers } from '../marks/drawing.js';
import { MarkLayer } from '../marks/mark-layer.js';
import { Divider } from '../parts/divider.js';
import { Working } from '../parts/working.js';
import { HoverLabel, labelAtPointer } from './hover-label.js';

/** The picture with its mask, and above it the marks. */
export function Stage({ session }: { session: Session }) {
  const result = useRef<HTMLCanvasElement>(null);
  const picture = session.picture.value;
  const isBox = session.tool.value === 'box';
  const takesMarks = session.takesMarks.value;

  useSignalEffect(() => showResult(session, result.current));

  return (
    <div
      class="stage"
      style={{ '--ratio': picture ? picture.width / picture.height : 1 }}
      data-result={resultKind(session)}
      data-refinements={session.refinementCount.value}
      data-busy={session.busyWith.value === 'refine' || session.isLoading.value}
    >
      <div class={`frame is-${session.view.value}`}>
        <canvas ref={result} class="result" role="img" aria-label={session.description.value} />
        <MarkLayer
          board={session}
          title={
            takesMarks
              ? 'Picture to draw on. The arrow keys move the brush, Space draws while it is held.'
              : 'Picture. The arrow keys move the pointer, Space shows the label under it alone.'
          }
          isCross={!takesMarks || isBox}
          areMarksShown={() => areMarksShown(session)}
          handlers={takesMarks ? drawingHandlers(session) : pickingHandlers(session, () => pick(session))}
        />
        {session.divider.value !== null && <Divider position={session.divider} {...sidesOf(session.view.value)} />}
        <HoverLabel session={session} />
        <Working session={session} />
        <Prompt session={session} />
      </div>
    </div>
  );
}

/** What is on either side of the divider. */
function sidesOf(view: Session['view']['value']) {
  return view === 'instances'
    ? { before: 'Photo', after: 'Instances' }
    : { before: 'Before refinement', after: 'After refinement' };
}

function resultKind({ result, isPrecomputed }: Session): 'none' | 'precomputed' | 'refined' {
  if (!result.value) return 'none';
  return isPrecomputed.value ? 'precomputed' : 'refined';
}

/** Shows the label under the pointer alone, or all again. */
function pick(session: Session): void {
  const found = labelAtPointer(session);
  if (found) session.toggleIsolated(found.label.leader);
}

/** What to do where there is no mask yet. */
function Prompt({ session }: { session: Session }) {
  const count = session.markedLabels.value.size;
  const isDrawing = session.draft.value !== undefined || session.draftBox.value !== undefined;
  if (!session.ownsLabels.value || !session.picture.value || session.isLoading.value) return null;
  if (isDrawing || count >= 2) return null;
  return (
    <p class="prompt" role="status">
      {count === 0
        ? 'Draw a stroke on the object, then choose Background and draw one around it. Or draw a box.'
        : 'Now choose another label and draw a stroke with it.'}
    </p>
  );
}

function showResult(session: Session, canvas: HTMLCanvasElement | null): void {
  const picture = session.picture.value;
  const result = session.result.value;
  const divider = session.divider.value;
  if (!canvas || !picture) return;
  const { width, height, pixels } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) return;
  if (!result || session.showsOriginal.value) {
    context.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
    return;
  }
  const { before, after } = result;
  const instances = session.instances.value;
  const view = session.view.value;
  const common = {
    picture,
    before,
    labels: session.shownLabels.value,
    isIsolated: session.isolated.value !== null,
    instances: instances?.width === width && instances.height === height ? instances.ids : undefined,
  };
  const show = (segmentation: Painting['segmentation'], left: number, right: number) => {
    const painted = new ImageData(paint(view, { ...common, segmentation }), width, height);
    context.putImageData(painted, 0, 0, left, 0, right - left, height);
  };
  const middle = divider === null ? 0 : Math.round(divider * width);
  // Only the result's instances are counted: beside them is the photo.
  if (middle > 0 && view === 'instances') {
    const bare = new ImageData(new Uint8ClampedArray(picture.pixels), width, height);
    context.putImageData(bare, 0, 0, 0, 0, middle, height);
  } else if (middle > 0) show(before, 0, middle);
  if (middle < width) show(after, middle, width);
}

function areMarksShown(session: Session): boolean {
  const { takesMarks, showsOriginal, isolated, showsMarks, view, pointer, result } = session;
  // Outside of the overlay they would hide what one came to see: they show when one is about to draw.
  const isWanted = view.value === 'overlay' || pointer.value !== undefined || result.value === undefined;
  const isHidden = !takesMarks.value || showsOriginal.value || isolated.value !== null;
  return !isHidden && showsMarks.value && isWanted;
}
