// SPDX-License-Identifier: MIT

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../../state/session.js';
import { type Scene, StagePainter } from '../../view/stage-painter.js';
import { drawingHandlers, pickingHandlers } from '../marks/drawing.js';
import { MarkLayer } from '../marks/mark-layer.js';
import { Divider } from '../parts/divider.js';
import { Working } from '../parts/working.js';
import { HoverLabel, labelAtPointer } from './hover-label.js';
import { navigating } from './navigation.js';

/** The picture with its mask, and above it the marks. */
export function Stage({ session }: { session: Session }) {
  const room = useRef<HTMLDivElement>(null);
  const result = useRef<HTMLCanvasElement>(null);
  const { viewport } = session;
  const takesMarks = session.takesMarks.value;
  const moves = () => !session.takesMarks.value || session.tool.value === 'move';

  const painter = useRef<StagePainter | undefined>(undefined);
  const isSharp = useSignal(false);

  useEffect(() => followRoom(session, room.current), [session]);
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
      style={{ '--ratio': ratioOf(session), '--zoom': viewport.zoom.value }}
      data-result={resultKind(session)}
      data-refinements={session.refinementCount.value}
      data-busy={session.busyWith.value === 'refine' || session.isLoading.value}
      data-sharp={isSharp}
    >
      <div class={`frame is-${session.view.value}`} style={frameSize(session)}>
        <canvas ref={result} class="result" role="img" aria-label={session.description.value} />
        <MarkLayer
          board={session}
          title={
            takesMarks
              ? 'Picture to draw on. The arrow keys move the brush, Space draws while it is held.'
              : 'Picture. The arrow keys move the pointer, Space shows the label under it alone.'
          }
          form={formOf(session)}
          areMarksShown={() => areMarksShown(session)}
          handlers={navigating(
            session,
            takesMarks ? drawingHandlers(session) : pickingHandlers(session, () => pick(session)),
            moves,
          )}
        />
        {session.divider.value !== null && <Divider position={session.divider} {...sidesOf(session.view.value)} />}
        <HoverLabel session={session} />
        <Working session={session} />
        <Prompt session={session} />
      </div>
    </div>
  );
}

function ratioOf({ photo }: Session): number {
  return photo.value ? photo.value.width / photo.value.height : 1;
}

/** In whole pixels of the screen, as soon as they are known: style sheets know the size before, but not to the pixel. */
function frameSize({ viewport }: Session): Record<string, string> {
  const size = viewport.size.value;
  const { density } = viewport.room.value;
  return size ? { width: `${size.width / density}px`, height: `${size.height / density}px` } : {};
}

/** What the pointer looks like, and whether fingers scroll the page. */
function formOf({ takesMarks, tool, viewport }: Session): string {
  const isMoving = takesMarks.value && tool.value === 'move';
  if (takesMarks.value && !isMoving) return tool.value === 'box' ? 'is-cross' : '';
  const scrolls = viewport.zoom.value === 1 ? ' is-scrolled' : '';
  return (isMoving ? 'is-moved' : 'is-cross') + scrolls;
}

/** Tells the viewport how much room there is. */
function followRoom({ viewport }: Session, element: HTMLElement | null): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => {
    const { width, height } = element.getBoundingClientRect();
    viewport.room.value = { width, height, density: devicePixelRatio };
  });
  observer.observe(element);
  return () => observer.disconnect();
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
  const isMoving = session.tool.value === 'move';
  const isDrawing = session.draft.value !== undefined || session.draftBox.value !== undefined;
  if (!session.ownsLabels.value || !session.picture.value || session.isLoading.value) return null;
  if (isDrawing || count >= 2) return null;
  return (
    <p class="prompt" role="status">
      {session.foundNobody.value && 'No person was found. '}
      {isMoving && 'Choose the brush below. '}
      {count === 0
        ? 'Draw a stroke on the object, then choose Background and draw one around it. Or draw a box.'
        : 'Now choose another label and draw a stroke with it.'}
    </p>
  );
}

function sceneOf(session: Session): Scene | undefined {
  const photo = session.photo.value;
  const working = session.picture.value;
  const instances = session.instances.value;
  if (!photo || !working) return undefined;
  const { width, height } = working;
  return {
    photo,
    working,
    result: session.showsOriginal.value ? undefined : session.result.value,
    view: session.view.value,
    labels: session.shownLabels.value,
    isIsolated: session.isolated.value !== null,
    instances: instances?.width === width && instances.height === height ? instances : undefined,
    backdrop: session.backdrop.value,
    divider: session.divider.value,
    outline: Math.max(1, Math.round(1.5 * session.viewport.room.value.density)),
  };
}

function areMarksShown(session: Session): boolean {
  const { takesMarks, showsOriginal, isolated, showsMarks, view, pointer, result } = session;
  // Outside of the overlay they would hide what one came to see: they show when one is about to draw.
  const isWanted = view.value === 'overlay' || pointer.value !== undefined || result.value === undefined;
  const isHidden = !takesMarks.value || showsOriginal.value || isolated.value !== null;
  return !isHidden && showsMarks.value && isWanted;
}
