// SPDX-License-Identifier: MIT

import { checkCallback, checkChoice, checkFlag } from '../../problem/checks.js';
import { ArgumentError, DeviceError } from '../../problem/errors.js';
import { hasMethods } from '../../problem/platform-objects.js';
import { reading, readOptions } from '../../problem/reading.js';
import type { PipelineOptions } from '../api.js';
import { checkViewWith, type View } from '../drawing/view.js';
import { type FrameSource, readFrame } from '../frames/frame-source.js';
import { checkOptions, readPipelineOptions } from '../options.js';
import type { Pipeline } from '../pipeline.js';
import { type FrameInput, StreamInput, VideoInput } from './frame-input.js';
import { CanvasOutput, type FrameOutput, StreamOutput } from './frame-output.js';
import { createWrittenTrack, framesOf } from './media-streams.js';
import { givenStage, madeStage, type StageSource } from './stage.js';
import { fallbacks, TrackLoop } from './track-loop.js';
import type { TrackStatistics } from './track-meter.js';

/** What `processTrack` takes beside pipeline, track and view. */
export interface TrackOptions {
  /**
   * What is sent while there is no processed frame: while the pipeline loads, and after an error. 'last' (default): the last processed one, black
   * before the first; 'black'; 'original': the camera's frames as they are, which shows what is behind people. While paused it is the last processed
   * one instead of the original.
   */
  fallback?: 'last' | 'black' | 'original';
  /** Whether `stop` also stops the camera's track, and `replaceTrack` the one that it replaces. Default false: they stay their owner's. */
  stopsCamera?: boolean;
  /**
   * A frame could not be processed, or the pipeline could not be made. It goes on with the next frame; the same message again is not told until a frame was
   * processed in between. Default: an uncaught error.
   */
  onError?: (error: unknown) => void;
}

/** A camera's track on its way to a processed one. */
export interface ProcessedTrack {
  /** For a call, a recording or a `<video>`: the same until `stop`, which ends it. */
  readonly track: MediaStreamTrack;
  /** Whether it is paused. */
  readonly paused: boolean;
  /** Another view from the next frame on. Throws ArgumentError; the view before then stays. */
  setView(view: View<FrameSource>): void;
  /** Another camera from its first frame on: nothing of the one before is drawn with it. Throws ArgumentError; the camera before then stays. */
  replaceTrack(track: MediaStreamTrack): void;
  /** Processes and sends no more of the camera until `resume`: the last processed frame stays, or black. The camera itself stays on. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** What it has done so far. */
  statistics(): Promise<TrackStatistics>;
  /**
   * Ends the processed track. When it resolves, the camera's track and a pipeline that was given are no longer in use, and everything that
   * was made for it is freed.
   */
  stop(): Promise<void>;
}

/**
 * Takes a camera's track and gives a processed one, for a call or a recording:
 *
 *   const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 *   const processed = processTrack({ network: 'person' }, camera.getVideoTracks()[0], { kind: 'blur' });
 *   connection.addTrack(processed.track);
 *
 * One frame at a time, each the newest there is, also while the page is hidden. Frames keep their size, and their timestamps where the browser
 * has streams of frames (MediaStreamTrackProcessor); elsewhere they go by a video and a canvas. A frame that was not processed is never sent unless
 * `fallback` asks for it.
 *
 * @param pipeline what `Pipeline.create` gave, for this track alone until `stop`; or options for one that is made, replaced when its device is
 * lost for good, and destroyed in the end. Meanwhile the processed track is black.
 * @param track a live one of a camera
 * @param view what is drawn; 'cut-out' is drawn on black
 *
 * Throws ArgumentError for an argument that can't be, DeviceError where the browser can make no tracks.
 */
export function processTrack(
  pipeline: Pipeline | PipelineOptions,
  track: MediaStreamTrack,
  view: View<FrameSource>,
  options?: TrackOptions,
): ProcessedTrack {
  const source = checkSource(pipeline);
  const camera = checkTrack('track', track);
  checkTrackView(view);
  const given = checkTrackOptions(options);
  const { output, track: processed } = openOutput(camera);
  const loop = new TrackLoop(source, output, view, given);
  loop.setInput(openInput(camera));
  return new TrackHandle(processed, camera, loop, given.stopsCamera);
}

function checkSource(pipeline: unknown): StageSource {
  if (hasMethods('pipeline', pipeline, 'segmentFrame', 'draw', 'restart')) return givenStage(pipeline as Pipeline);
  if (typeof pipeline !== 'object' || pipeline === null) {
    throw new ArgumentError('pipeline', pipeline, 'what Pipeline.create gave, or options for it');
  }
  const given = readPipelineOptions(pipeline);
  checkOptions(given);
  return madeStage(given as PipelineOptions);
}

function checkTrack(argument: string, value: unknown): MediaStreamTrack {
  const isLive =
    hasMethods(argument, value, 'getSettings', 'stop', 'addEventListener') &&
    reading(argument, value, () => {
      const { kind, readyState } = value as MediaStreamTrack;
      return kind === 'video' && readyState === 'live';
    });
  if (isLive) return value as MediaStreamTrack;
  throw new ArgumentError(argument, value, "a MediaStreamTrack of kind 'video' that is live");
}

/** Larger than any frame's: what depends on its size, as labels do on the network, is told with the first frame. */
const anyFrame = { width: 2 ** 15, height: 2 ** 15 };

function checkTrackView(view: unknown): void {
  checkViewWith(view, anyFrame, undefined, (image) =>
    readFrame(image as FrameSource, (_argument, side) => side as number, 'view.image'),
  );
}

function checkTrackOptions(options: TrackOptions | undefined) {
  const given = options === undefined ? {} : readOptions('options', options, ['fallback', 'stopsCamera', 'onError']);
  const { fallback = 'last', stopsCamera = false, onError } = given as TrackOptions;
  return {
    fallback: checkChoice('options.fallback', fallback, fallbacks),
    stopsCamera: checkFlag('options.stopsCamera', stopsCamera),
    onError: checkCallback('options.onError', onError),
  };
}

function openInput(track: MediaStreamTrack): FrameInput {
  const frames = framesOf(track);
  if (frames) return new StreamInput(frames);
  requirePage();
  return new VideoInput(track);
}

function openOutput(camera: MediaStreamTrack): { output: FrameOutput; track: MediaStreamTrack } {
  const written = createWrittenTrack();
  if (written) return { output: new StreamOutput(written.writable), track: written.track };
  requirePage();
  const { width, height } = camera.getSettings();
  const output = new CanvasOutput({ ...(width && { width }), ...(height && { height }) });
  return { output, track: output.track };
}

function requirePage(): void {
  if (typeof document === 'undefined') {
    throw new DeviceError('tracks: there is neither MediaStreamTrackProcessor here nor a page with videos and canvases');
  }
}

class TrackHandle implements ProcessedTrack {
  paused = false;

  constructor(
    readonly track: MediaStreamTrack,
    private camera: MediaStreamTrack,
    private readonly loop: TrackLoop,
    private readonly stopsCamera: boolean,
  ) {}

  setView(view: View<FrameSource>): void {
    checkTrackView(view);
    this.loop.setView(view);
  }

  replaceTrack(track: MediaStreamTrack): void {
    const before = this.camera;
    this.camera = checkTrack('track', track);
    if (track === before) return;
    this.loop.setInput(openInput(track));
    if (this.stopsCamera) before.stop();
  }

  pause(): void {
    this.paused = true;
    this.loop.setPaused(true);
  }

  resume(): void {
    this.paused = false;
    this.loop.setPaused(false);
  }

  statistics(): Promise<TrackStatistics> {
    return this.loop.statistics();
  }

  async stop(): Promise<void> {
    const stopping = this.loop.stop();
    this.track.stop();
    if (this.stopsCamera) this.camera.stop();
    await stopping;
  }
}
