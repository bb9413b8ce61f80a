// SPDX-License-Identifier: MIT

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { offerOf } from '../networks/catalogue.js';
import { cssColour } from '../state/labels.js';
import { drawBox, drawRing, drawStrokes } from '../view/draw-marks.js';
import type { LiveSession } from '../webcam/live-session.js';
import { Divider } from './divider.js';
import { drawingHandlers } from './drawing.js';
import { bytes } from './format.js';
import { CameraIcon } from './icons.js';

export function LiveStage({ live }: { live: LiveSession }) {
  const extent = live.extent.value;
  const isOn = live.status.value === 'on';
  return (
    <div
      class="stage"
      style={{ '--ratio': extent ? extent.width / extent.height : 4 / 3 }}
      data-status={live.status.value}
      data-shown={live.shownCount.value}
      data-showing={live.isShowing.value}
    >
      {isOn || live.status.value === 'asking' ? <LiveFrame live={live} /> : <Invitation live={live} />}
    </div>
  );
}

function Invitation({ live }: { live: LiveSession }) {
  return (
    <div class="invitation">
      <p>
        Blur or replace what is behind you, live. The picture goes from the camera to the screen on your GPU; nothing is
        recorded and nothing is sent.
      </p>
      <button
        type="button"
        class="button is-primary"
        onClick={() => {
          live.status.value = 'asking';
        }}
      >
        <CameraIcon /> Turn the camera on
      </button>
    </div>
  );
}

/** The bare camera, the result above it, and above that the marks. */
function LiveFrame({ live }: { live: LiveSession }) {
  const below = useRef<HTMLDivElement>(null);
  const result = useRef<HTMLCanvasElement>(null);
  const number = live.canvasNumber.value;
  useEffect(() => {
    below.current?.append(live.video);
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
    <div class={`frame is-${live.effect.value}`} data-mirror={live.mirror.value}>
      <div ref={below} class="camera" hidden={live.isShowing.value} />
      <canvas
        key={number}
        ref={result}
        class="result"
        role="img"
        aria-label="Camera picture with its effect"
        hidden={!live.isShowing.value}
      />
      {live.takesMarks.value && <LiveMarks live={live} />}
      {live.divider.value !== null && <Divider position={live.divider} before="Camera" after="Result" />}
      <Status live={live} />
    </div>
  );
}

/** The first stroke freezes the picture: nobody can draw on what moves. */
function LiveMarks({ live }: { live: LiveSession }) {
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
  useSignalEffect(() => showMarks(live, canvas.current, size.value));
  const handlers = drawingHandlers(live);
  return (
    <div
      class={live.tool.value === 'box' ? 'strokes is-cross' : 'strokes'}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys; it is drawn on with them.
      tabIndex={0}
      aria-label="Camera picture to draw on; it stands still while you draw. The arrow keys move the brush, Space draws while it is held."
      data-mirror={live.mirror.value}
      {...handlers}
      onPointerDown={(event) => {
        if (event.button === 0 && event.isPrimary) live.freeze();
        handlers.onPointerDown(event);
      }}
      onKeyDown={(event) => {
        if (event.key === ' ') live.freeze();
        handlers.onKeyDown(event);
      }}
    >
      <canvas ref={canvas} />
    </div>
  );
}

function showMarks(
  live: LiveSession,
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
) {
  const { strokes, box } = live.marks.value;
  const isFrozen = live.isFrozen.value && live.showsMarks.value;
  const pointer = live.pointer.value;
  const tool = live.tool.value;
  const labels = live.labels.value;
  if (!canvas) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  const edge = 1.25 * devicePixelRatio;
  drawStrokes(context, isFrozen ? strokes : [], labels.map(cssColour), edge);
  if (isFrozen && box) drawBox(context, box, edge);
  if (!pointer || tool === 'box') return;
  const colour = tool === 'eraser' ? 'white' : cssColour(labels[tool]);
  drawRing(context, { ...pointer, radius: live.brushRadius.value, colour }, edge);
}

/** What is going on, over the picture. */
function Status({ live }: { live: LiveSession }) {
  const progress = live.loading.value;
  if (live.isFrozen.value) {
    const isEnough = live.markedLabels.value.size >= 2;
    return (
      <div class="prompt has-action" role="status">
        {isEnough ? 'Standing still while you draw.' : 'Draw on yourself, then choose Background and draw beside you.'}
        <button type="button" class="button" onClick={() => live.thaw()}>
          Go live
        </button>
      </div>
    );
  }
  if (live.status.value === 'asking') return <p class="prompt">Waiting for the camera…</p>;
  if (progress) {
    return (
      <div class="prompt has-action" role="status">
        {progress.phase === 'download' && isDownloaded(live) ? (
          <Downloaded progress={progress} />
        ) : (
          'Making the network ready…'
        )}
        <button type="button" class="button" onClick={() => live.cancelLoading()}>
          Cancel
        </button>
      </div>
    );
  }
  if (live.isReady.value && live.takesMarks.value && !live.isShowing.value) {
    return (
      <p class="prompt" role="status">
        Draw a stroke on yourself: the picture stands still while you do. Then choose Background and draw beside you.
      </p>
    );
  }
  return null;
}

/** Networks that come with the page are there in no time. */
function isDownloaded({ network }: LiveSession): boolean {
  const { value } = network;
  return typeof value === 'string' && offerOf(value)?.bytes !== 0;
}

function Downloaded({ progress }: { progress: { loadedBytes?: number; totalBytes?: number } }) {
  const { loadedBytes = 0, totalBytes } = progress;
  return (
    <>
      Downloading the network: {bytes(loadedBytes)}
      {totalBytes === undefined ? '' : ` of ${bytes(totalBytes)}`}
    </>
  );
}
