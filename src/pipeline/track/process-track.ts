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
import { createWrittenTrack, framesOf, hasTrackStreams } from './media-streams.js';
import { givenStage, madeStage, type StageSource } from './stage.js';
import { fallbacks, TrackLoop } from './track-loop.js';
import type { TrackStatistics } from './track-meter.js';
import { checkCloneable, checkWorkerOptions, WorkerLoop } from './worker-loop.js';

/** What `processTrack` takes beside pipeline, track and view. */
export interface TrackOptions {
  /**
   * What is sent while there is no processed frame: while the pipeline loads, and after an error. 'last' (default): the last processed one, black
   * before the first; 'black'; 'original': the camera's frames as they are, which shows what is behind people. While paused it is the last processed
   * one instead of the original.
   */
  fallback?: 'last' | 'black' | 'original';
  /**
   * Makes the worker in which everything is done, with a pipeline of its own: `() => new Worker(new URL('./track-worker.ts', import.meta.url), { type:
   * 'module' })`, whose module calls `serveTracks`. `stop` ends it. Frames then pass this thread neither in nor out. Only with options for a pipeline, without
   * `device` and `signal`; images of views must be ones that workers take, as ImageBitmaps are. Where the browser has no streams of frames no worker is made, and
   * the work is done on this thread.
   */
  worker?: () => Worker;
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
 * ```ts
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 * const processed = processTrack({ network: 'person' }, camera.getVideoTracks()[0], { kind: 'blur' });
 * connection.addTrack(processed.track);
 * ```
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
  const given = checkTrackOptions(options);
  const source = checkSource(pipeline, given.worker);
  const camera = checkTrack('track', track);
  checkTrackView(view, given.worker);
  const opened =
    given.worker && hasTrackStreams() ? openWorker(pipeline as PipelineOptions, camera, view, given) : undefined;
  return new TrackHandle(opened ?? openHere(source, camera, view, given), camera, given);
}

type Given = ReturnType<typeof checkTrackOptions>;

/** The processed track, and what works for it. */
interface Opened {
  track: MediaStreamTrack;
  loop: Pick<TrackLoop, 'setView' | 'setPaused' | 'statistics' | 'stop'>;
  setCamera(camera: MediaStreamTrack): void;
}

function openHere(source: StageSource, camera: MediaStreamTrack, view: View<FrameSource>, given: Given): Opened {
  const { output, track } = openOutput(camera);
  const loop = new TrackLoop(source, output, view, given);
  const setCamera = (next: MediaStreamTrack) => loop.setInput(openInput(next));
  setCamera(camera);
  return { track, loop, setCamera };
}

/** Undefined where the browser keeps its streams to the thread that made them. */
function openWorker(
  options: PipelineOptions,
  camera: MediaStreamTrack,
  view: View<FrameSource>,
  given: Given,
): Opened | undefined {
  const worker = checkWorker(given.worker?.());
  const written = createWrittenTrack();
  const readable = framesOf(camera);
  if (!written || !readable) return undefined;
  const { track, writable } = written;
  const loop = new WorkerLoop(worker, options, view, given, { readable, writable });
  const setCamera = (next: MediaStreamTrack) => loop.setStream(framesOf(next) as ReadableStream<VideoFrame>);
  return { track, loop, setCamera };
}

function checkWorker(worker: unknown): Worker {
  if (hasMethods('options.worker', worker, 'postMessage', 'terminate', 'addEventListener')) return worker as Worker;
  throw new ArgumentError('options.worker', worker, 'a function that gives a Worker');
}

function checkSource(pipeline: unknown, worker: Given['worker']): StageSource {
  if (hasMethods('pipeline', pipeline, 'segmentFrame', 'draw', 'restart')) {
    if (worker) throw new ArgumentError('pipeline', pipeline, 'options for a pipeline, where options.worker is given');
    return givenStage(pipeline as Pipeline);
  }
  if (typeof pipeline !== 'object' || pipeline === null) {
    throw new ArgumentError('pipeline', pipeline, 'what Pipeline.create gave, or options for it');
  }
  const options = readPipelineOptions(pipeline);
  checkOptions(options);
  if (worker) checkWorkerOptions(options as PipelineOptions);
  return madeStage(options as PipelineOptions);
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

function checkTrackView(view: unknown, worker: Given['worker']): void {
  checkViewWith(view, anyFrame, undefined, (image) =>
    readFrame(image as FrameSource, (_argument, side) => side as number, 'view.image'),
  );
  if (worker) checkCloneable('view', view);
}

const optionNames = ['worker', 'fallback', 'stopsCamera', 'onError'] as const;

function checkTrackOptions(options: TrackOptions | undefined) {
  const given = options === undefined ? {} : readOptions('options', options, optionNames);
  const { worker, fallback = 'last', stopsCamera = false, onError } = given as TrackOptions;
  return {
    worker: checkCallback('options.worker', worker),
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
    throw new DeviceError(
      'tracks: there is neither MediaStreamTrackProcessor here nor a page with videos and canvases',
    );
  }
}

class TrackHandle implements ProcessedTrack {
  readonly track: MediaStreamTrack;
  paused = false;

  constructor(
    private readonly opened: Opened,
    private camera: MediaStreamTrack,
    private readonly given: Given,
  ) {
    this.track = opened.track;
  }

  setView(view: View<FrameSource>): void {
    checkTrackView(view, this.given.worker);
    this.opened.loop.setView(view);
  }

  replaceTrack(track: MediaStreamTrack): void {
    const before = this.camera;
    const camera = checkTrack('track', track);
    if (camera === before) return;
    this.opened.setCamera(camera);
    this.camera = camera;
    if (this.given.stopsCamera) before.stop();
  }

  pause(): void {
    this.paused = true;
    this.opened.loop.setPaused(true);
  }

  resume(): void {
    this.paused = false;
    this.opened.loop.setPaused(false);
  }

  statistics(): Promise<TrackStatistics> {
    return this.opened.loop.statistics();
  }

  async stop(): Promise<void> {
    const stopping = this.opened.loop.stop();
    this.track.stop();
    if (this.given.stopsCamera) this.camera.stop();
    await stopping;
  }
}
