// SPDX-License-Identifier: MIT

import { checkCallback, checkChoice } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import { hasMethods } from '../problem/platform-objects.js';
import { reading, readOptions } from '../problem/reading.js';
import type { FrameReport } from './api.js';
import { checkViewKind, type View } from './drawing/view.js';
import type { FrameSource } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { Pipeline } from './pipeline.js';
import { ErrorTeller } from './video/error-teller.js';
import { VideoWatch } from './video/video-watch.js';

/** What `playVideo` takes beside pipeline, video, canvas and view. */
export interface PlayOptions {
  /**
   * Where the canvas gets its width and height from: 'frame' (default), the video's; 'layout', the device pixels that it covers on
   * the page, where its size must be set by CSS and not by these very attributes; 'own', from nowhere: they stay as they are.
   */
  canvasSize?: 'frame' | 'layout' | 'own';
  /**
   * What becomes of it while the page is hidden, as a tab in the background is. 'pause' (default): nothing is drawn, which is right for pictures
   * that are only looked at. 'continue': frames are drawn as ever, for a canvas whose `captureStream` feeds a call or a recording.
   */
  whenHidden?: 'pause' | 'continue';
  /** A frame was drawn. */
  onFrame?: (report: FrameReport) => void;
  /**
   * A frame could not be drawn. Playing goes on with the next one; the same message again is not told until a frame was drawn in
   * between. Default: an uncaught error.
   */
  onError?: (error: unknown) => void;
}

/** A video on its way to a canvas. */
export interface Playing {
  /** Frames so far that were drawn. */
  readonly drawnFrames: number;
  /** Frames so far that the video showed while one before was under way. */
  readonly droppedFrames: number;
  /** Ends playing. When it resolves, video, canvas and pipeline are no longer in use; none of them is stopped or destroyed. */
  stop(): Promise<void>;
}

const canvasSizes = ['frame', 'layout', 'own'] as const;
const hiddenChoices = ['pause', 'continue'] as const;

/**
 * Segments the frames of a video or camera and draws them, until `stop`:
 *
 * ```ts
 * video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
 * await video.play();
 * const playing = playVideo(pipeline, video, canvas, { kind: 'blur' });
 * ```
 *
 * One frame at a time, each the newest there is; what the video shows meanwhile is left out. Begins with the picture that the video
 * has, if it has one, and waits where it has none. While the video is paused nothing happens but for a seek; while the page is hidden nothing
 * does unless `whenHidden` is 'continue'.
 *
 * @param view what is drawn, or what gives it, asked for each frame.
 *
 * Throws ArgumentError for an argument that can't be.
 */
export function playVideo(
  pipeline: Pick<Pipeline, 'segmentFrame' | 'draw'>,
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  view: View<FrameSource> | (() => View<FrameSource>),
  options?: PlayOptions,
): Playing {
  if (!hasMethods('pipeline', pipeline, 'segmentFrame', 'draw')) {
    throw new ArgumentError('pipeline', pipeline, 'what Pipeline.create gave');
  }
  if (!isVideo(video)) throw new ArgumentError('video', video, 'a <video> element');
  if (!('requestVideoFrameCallback' in video) && typeof requestAnimationFrame !== 'function') {
    throw new ArgumentError('video', video, 'a <video> that tells its frames: there is no requestAnimationFrame here');
  }
  if (!hasMethods('canvas', canvas, 'getContext')) throw new ArgumentError('canvas', canvas, 'a canvas');
  if (typeof view !== 'function') checkViewKind(view);
  const { canvasSize = 'frame', whenHidden = 'pause', onFrame, onError } = checkPlayOptions(options);
  if (canvasSize === 'layout' && !('clientWidth' in canvas)) {
    throw new ArgumentError('options.canvasSize', canvasSize, "'frame' or 'own' for a canvas that is on no page");
  }
  return new VideoLoop(pipeline, video, canvas, view, { canvasSize, whenHidden, onFrame, onError });
}

function isVideo(value: unknown): boolean {
  return reading('video', value, () => typeof value === 'object' && value !== null && 'videoWidth' in value);
}

function checkPlayOptions(options: PlayOptions | undefined): PlayOptions {
  if (options === undefined) return {};
  const given = readOptions('options', options, ['canvasSize', 'whenHidden', 'onFrame', 'onError']) as PlayOptions;
  if (given.canvasSize !== undefined) checkChoice('options.canvasSize', given.canvasSize, canvasSizes);
  if (given.whenHidden !== undefined) checkChoice('options.whenHidden', given.whenHidden, hiddenChoices);
  checkCallback('options.onFrame', given.onFrame);
  checkCallback('options.onError', given.onError);
  return given;
}

class VideoLoop implements Playing {
  drawnFrames = 0;
  droppedFrames = 0;
  private stopped = false;
  private isUnderWay = false;
  private underWay: Promise<void> | undefined;
  private readonly errors: ErrorTeller;
  private readonly watch: VideoWatch;

  constructor(
    private readonly pipeline: Pick<Pipeline, 'segmentFrame' | 'draw'>,
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement | OffscreenCanvas,
    private readonly view: View<FrameSource> | (() => View<FrameSource>),
    private readonly options: {
      canvasSize: (typeof canvasSizes)[number];
      whenHidden: (typeof hiddenChoices)[number];
      onFrame: ((report: FrameReport) => void) | undefined;
      onError: ((error: unknown) => void) | undefined;
    },
  ) {
    this.errors = new ErrorTeller(options.onError);
    this.watch = new VideoWatch(video, options.whenHidden, () => this.next());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.watch.stop();
    await this.underWay;
  }

  private next(): void {
    if (this.isUnderWay) this.droppedFrames++;
    else this.underWay = this.frame();
  }

  private async frame(): Promise<void> {
    this.isUnderWay = true;
    const { pipeline, canvas, view, options, errors } = this;
    try {
      const { report } = await pipeline.segmentFrame(this.video);
      if (this.stopped) return;
      this.fitCanvas(report.frame);
      await pipeline.draw(typeof view === 'function' ? view() : view, canvas);
      this.drawnFrames++;
      errors.forget();
      if (!this.stopped) options.onFrame?.(report);
    } catch (error) {
      // Whoever stops may well destroy the pipeline under its last frame.
      if (!this.stopped) errors.tell(error);
    } finally {
      this.isUnderWay = false;
    }
  }

  /** Setting a canvas' size clears it, even to the same. */
  private fitCanvas(frame: Extent): void {
    const { canvas } = this;
    const { canvasSize } = this.options;
    if (canvasSize === 'own') return;
    let { width, height } = frame;
    if (canvasSize === 'layout' && 'clientWidth' in canvas) {
      width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
      height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    }
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  }
}
