// SPDX-License-Identifier: MIT

import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { keyOfConfidence } from '../../view/paint.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { drawingHandlers } from '../marks/drawing.js';
import { MarkLayer } from '../marks/mark-layer.js';
import { Divider } from '../parts/divider.js';
import { CameraIcon } from '../parts/icons.js';
import { StepNote } from '../parts/step-note.js';
import { LiveBadge } from './badge.js';
import { LiveStatus } from './status.js';

export function LiveStage({ live }: { live: LiveSession }) {
  const extent = live.camera.extent.value;
  const isOff = live.camera.status.value === 'off';
  return (
    <div
      class="stage"
      style={{ '--ratio': extent ? extent.width / extent.height : 4 / 3 }}
      data-status={live.camera.status.value}
      // The signal itself: nothing is rendered anew for every frame.
      data-shown={live.figures.shownCount}
      data-showing={live.progress.isShowing.value}
    >
      {isOff ? <Invitation live={live} /> : <LiveFrame live={live} />}
      <StepNote steps={live.timeline} />
    </div>
  );
}

function Invitation({ live }: { live: LiveSession }) {
  // Undefined until the browser has told.
  const [isOnCpu, setOnCpu] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    void live.computesOnCpu().then(setOnCpu);
  }, [live]);
  return (
    <div class="invitation">
      <p>
        Blur or replace what is behind you, live. The picture goes from the camera to the screen
        {isOnCpu === false && ' on your GPU'}; nothing is recorded and nothing is sent.
      </p>
      {isOnCpu && (
        <p class="hint">This browser gives the page no GPU, so the processor does the work: a few frames a second.</p>
      )}
      <button
        type="button"
        class="button is-primary"
        onClick={() => {
          live.camera.status.value = 'asking';
        }}
      >
        <CameraIcon /> Turn the camera on
      </button>
    </div>
  );
}

/** The bare camera, above it the frame that stands still, then the result, and the marks. */
function LiveFrame({ live }: { live: LiveSession }) {
  const below = useRef<HTMLDivElement>(null);
  const result = useRef<HTMLCanvasElement>(null);
  const number = live.progress.canvasNumber.value;
  useEffect(() => {
    below.current?.append(live.camera.video);
    // A canvas can be given away once: each turn of the camera has a new one, as this component has.
    if (result.current) void live.start(result.current);
    return () => live.stop();
  }, [live]);
  const given = useRef(number);
  useEffect(() => {
    if (given.current === number || !result.current) return;
    given.current = number;
    live.giveCanvas(result.current);
  }, [live, number]);
  return (
    <div class={`frame is-${live.look.effect.value}`} data-mirror={live.look.mirror.value}>
      <div ref={below} class="camera" hidden={live.progress.isShowing.value} />
      <Still live={live} />
      <canvas
        key={number}
        ref={result}
        class="result"
        role="img"
        aria-label="Camera picture with its effect"
        hidden={!live.progress.isShowing.value}
      />
      {live.takesMarks.value && live.camera.status.value === 'on' && <LiveMarks live={live} />}
      {live.look.divider.value !== null && live.progress.isShowing.value && (
        <Divider position={live.look.divider} before="Camera" after="Result" />
      )}
      {live.look.effect.value === 'confidence' && live.look.divider.value === null && live.progress.isShowing.value && (
        <span class="tag is-key">{keyOfConfidence}</span>
      )}
      <LiveBadge live={live} />
      <LiveStatus live={live} />
    </div>
  );
}

/** What is drawn on: where there is no result yet, the video beneath may be a frame ahead. */
function Still({ live }: { live: LiveSession }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const frame = live.frames.still.value;
    if (!frame || !canvas.current) return;
    const { displayWidth: width, displayHeight: height } = frame;
    Object.assign(canvas.current, { width, height });
    canvas.current.getContext('2d')?.drawImage(frame, 0, 0, width, height);
  });
  return (
    <canvas
      ref={canvas}
      class="camera"
      hidden={live.frames.still.value === undefined || live.progress.isShowing.value}
    />
  );
}

/** The first stroke freezes the picture: nobody can draw on what moves. */
function LiveMarks({ live }: { live: LiveSession }) {
  const { onPointerDown, onKeyDown, ...others } = drawingHandlers(live.board);
  return (
    <MarkLayer
      board={live.board}
      title="Camera picture to draw on; it stands still while you draw. The arrow keys move the brush, Space draws while it is held."
      form={live.board.pen.tool.value === 'box' ? 'is-cross' : ''}
      isMirrored={live.look.mirror.value}
      areMarksShown={() =>
        (live.frames.isFrozen.value || live.frames.awaitsFrame.value) && live.board.pen.showsMarks.value
      }
      handlers={{
        ...others,
        onPointerDown(event) {
          if (event.button === 0 && event.isPrimary) live.freeze();
          onPointerDown(event);
        },
        onKeyDown(event) {
          if (event.key === ' ') live.freeze();
          onKeyDown(event);
        },
      }}
    />
  );
}
