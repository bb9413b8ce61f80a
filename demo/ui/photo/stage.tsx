// SPDX-License-Identifier: MIT

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../../state/session.js';
import { type ViewName, views } from '../../view/paint.js';
import { type Scene, StagePainter } from '../../view/stage-painter.js';
import { drawingHandlers, pickingHandlers } from '../marks/drawing.js';
import { MarkLayer } from '../marks/mark-layer.js';
import { Divider } from '../parts/divider.js';
import { StepNote } from '../parts/step-note.js';
import { Working } from '../parts/working.js';
import { HoverLabel, labelAtPointer } from './hover-label.js';
import { navigating } from './navigation.js';

/** The picture with its mask, and above it the marks. */
export function Stage({ session }: { session: Session }) {
  const room = useRef<HTMLDivElement>(null);
  const result = useRef<HTMLCanvasElement>(null);
  const { viewport } = session.board;
  const takesMarks = session.choice.takesMarks.value;
  const moves = () => !session.choice.takesMarks.value || session.board.pen.tool.value === 'move';

  const painter = useRef<StagePainter | undefined>(undefined);
  const isSharp = useSignal(false);

  useEffect(() => followRoom(session.board, room.current), [session]);
  useSignalEffect(() => {
    const scene = sceneOf(session);
    const size = viewport.size.value;
    const part = viewport.part.value;
    if (!result.current || !scene || !size) return;
    painter.current ??= new StagePainter(result.current, (now) => {
      isSharp.value = now;
    });
    painter.current.show(scene, { part, size });
  });
  useEffect(() => () => painter.current?.stop(), []);

  return (
    <div
      ref={room}
      class="stage"
      style={{ '--ratio': ratioOf(session.open), '--zoom': viewport.zoom.value }}
      data-result={resultKind(session.results)}
      data-refinements={session.results.refinementCount.value}
      data-busy={session.busyWith.value === 'refine' || session.open.isLoading.value}
      data-sharp={isSharp}
    >
      <div class={`frame is-${session.look.view.value}`} style={frameSize(session.board)}>
        <canvas ref={result} class="result" role="img" aria-label={session.open.opened.value?.description} />
        <MarkLayer
          board={session.board}
          title={
            takesMarks
              ? 'Picture to draw on. The arrow keys move the brush, Space draws while it is held.'
              : 'Picture. The arrow keys move the pointer, Space shows the label under it alone.'
          }
          form={formOf(session.board)}
          areMarksShown={() => areMarksShown(session)}
          handlers={navigating(
            session.board,
            takesMarks ? drawingHandlers(session.board) : pickingHandlers(session.board, () => pick(session)),
            moves,
          )}
        />
        {session.look.divider.value !== null && (
          <Divider position={session.look.divider} {...sidesOf(session.look.view.value)} />
        )}
        <ViewKey session={session} />
        <HoverLabel session={session} />
        <Working session={session} />
        <Prompt session={session} />
        <StepNote steps={session.timeline} />
      </div>
    </div>
  );
}

function ratioOf({ photo }: Session['open']): number {
  return photo.value ? photo.value.width / photo.value.height : 1;
}

/** In whole pixels of the screen, as soon as they are known: style sheets know the size before, but not to the pixel. */
function frameSize({ viewport }: Session['board']): Record<string, string> {
  const size = viewport.size.value;
  const { density } = viewport.room.value;
  return size ? { width: `${size.width / density}px`, height: `${size.height / density}px` } : {};
}

/** What the pointer looks like, and whether fingers scroll the page. */
function formOf({ on, pen, viewport }: Session['board']): string {
  const { tool } = pen;
  const { takesMarks } = on;
  const isMoving = takesMarks.value && tool.value === 'move';
  if (takesMarks.value && !isMoving) return tool.value === 'box' ? 'is-cross' : '';
  const scrolls = viewport.zoom.value === 1 ? ' is-scrolled' : '';
  return (isMoving ? 'is-moved' : 'is-cross') + scrolls;
}

/** Tells the viewport how much room there is. */
function followRoom({ viewport }: Session['board'], element: HTMLElement | null): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => {
    const { width, height } = element.getBoundingClientRect();
    viewport.room.value = { width, height, density: devicePixelRatio };
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** What is on either side of the divider. */
function sidesOf(view: ViewName) {
  return view === 'instances'
    ? { before: 'Photo', after: 'Instances' }
    : { before: 'Before refinement', after: 'After refinement' };
}

/** Beside the handle of a comparison stands what is on either side instead. */
function ViewKey({ session }: { session: Session }) {
  const { view, divider, showsOriginal } = session.look;
  const key = views.find(({ value }) => value === view.value)?.key;
  if (!key || divider.value !== null || showsOriginal.value || !session.results.result.value) return null;
  return <span class="tag is-key">{key}</span>;
}

function resultKind({ result, isPrecomputed }: Session['results']): 'none' | 'precomputed' | 'refined' {
  if (!result.value) return 'none';
  return isPrecomputed.value ? 'precomputed' : 'refined';
}

/** Shows the label under the pointer alone, or all again. */
function pick(session: Session): void {
  const found = labelAtPointer(session);
  if (found) session.palette.toggleIsolated(found.label.leader);
}

/** What to do where there is no mask yet. */
function Prompt({ session }: { session: Session }) {
  const count = session.board.markedLabels.value.size;
  const isMoving = session.board.pen.tool.value === 'move';
  if (!session.choice.ownsLabels.value || !session.open.picture.value || session.open.isLoading.value) return null;
  if (session.board.pen.isDrawing.value || count >= 2) return null;
  return (
    <p class="prompt" role="status">
      {session.choice.foundNobody.value && 'No person was found. '}
      {isMoving && 'Choose the brush below. '}
      {count === 0
        ? 'Draw a stroke on the object, then choose Background and draw one around it. Or draw a box.'
        : 'Now choose another label and draw a stroke with it.'}
    </p>
  );
}

function sceneOf(session: Session): Scene | undefined {
  const photo = session.open.photo.value;
  const working = session.open.picture.value;
  const instances = session.results.instances.value;
  if (!photo || !working) return undefined;
  const { width, height } = working;
  return {
    photo,
    hasAllPixels: photo.full.value !== undefined,
    working,
    result: session.look.showsOriginal.value ? undefined : session.results.result.value,
    view: session.look.view.value,
    labels: session.palette.shown.value,
    isIsolated: session.palette.isolated.value !== null,
    instances: instances?.width === width && instances.height === height ? instances : undefined,
    backdrop: session.look.backdrop.value,
    divider: session.look.divider.value,
    outline: Math.max(1, Math.round(1.5 * session.board.viewport.room.value.density)),
  };
}

function areMarksShown(session: Session): boolean {
  const { takesMarks } = session.choice;
  const { showsOriginal, view } = session.look;
  const { showsMarks, pointer } = session.board.pen;
  const { isolated } = session.palette;
  const { result } = session.results;
  // Outside of the overlay they would hide what one came to see: they show when one is about to draw.
  const isWanted = view.value === 'overlay' || pointer.value !== undefined || result.value === undefined;
  const isHidden = !takesMarks.value || showsOriginal.value || isolated.value !== null;
  return !isHidden && showsMarks.value && isWanted;
}
