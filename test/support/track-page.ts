// SPDX-License-Identifier: MIT

// Runs in a page, of any browser: a camera through processTrack, and every picture that comes out of it.

import {
  type NetworkDescription,
  Pipeline,
  type ProcessedTrack,
  processTrack,
  type TrackOptions,
  type TrackStatistics,
} from '../../src/pipeline/index.js';
import { openCamera } from './camera-page.js';
import { openFrames, watchFrames } from './frame-ledger.js';

export type Colour = [red: number, green: number, blue: number];

/** A picture of a track: the middle of its halves, and microseconds. */
export interface Seen {
  left: Colour;
  right: Colour;
  timestamp: number;
}

export interface TrackSetting {
  backend?: 'webgpu' | 'cpu';
  fallback?: NonNullable<TrackOptions['fallback']>;
  /** The browser's own fake camera instead of halves of two colours. */
  isFake?: boolean;
  /** By a pipeline that the page makes beforehand. */
  isGiven?: boolean;
  /** By a worker. */
  inWorker?: boolean;
  /** What comes out at the other end of a call is looked at, instead of the track itself. */
  byCall?: boolean;
}

const size = { width: 64, height: 48 };
/** What takes the place of all that is not blue. */
const view = { kind: 'colour', colour: '#18a558', foreground: [2] } as const;

let processed: ProcessedTrack;
let camera: { track: MediaStreamTrack; end: () => void };
let given: Pipeline | undefined;
let watch: TrackWatch;
let worker: Worker | undefined;
let receiver: RTCPeerConnection | undefined;
let hangUp = () => {};
const errors: string[] = [];
watchFrames();

/** A camera of the test's own: left half of one colour, right half blue. */
function halvesCamera(left: string): typeof camera {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const drawing = canvas.getContext('2d') as CanvasRenderingContext2D;
  let count = 0;
  const draw = () => {
    drawing.fillStyle = left;
    drawing.fillRect(0, 0, size.width / 2, size.height);
    drawing.fillStyle = '#1414dc';
    drawing.fillRect(size.width / 2, 0, size.width / 2, size.height);
    // Another frame to who looks for one.
    drawing.fillStyle = count++ % 2 ? '#1414dc' : '#1414da';
    drawing.fillRect(size.width - 2, 0, 2, 2);
  };
  draw();
  const timer = setInterval(draw, 30);
  const [track] = canvas.captureStream(30).getVideoTracks();
  return {
    track,
    end: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

async function fakeCamera(): Promise<typeof camera> {
  const video = await openCamera(size.width, size.height);
  const [track] = (video.srcObject as MediaStream).getVideoTracks();
  return { track, end: () => track.stop() };
}

/** Looks at a track: at each frame where the browser streams them, else at those that a video tells of. */
class TrackWatch {
  readonly seen: Seen[] = [];
  received = 0;
  private readonly drawing = new OffscreenCanvas(64, 48).getContext('2d', { willReadFrequently: true });
  private readonly video = document.createElement('video');

  constructor(track: MediaStreamTrack) {
    if ('MediaStreamTrackProcessor' in globalThis) void this.read(track);
    else this.show(track);
  }

  private async read(track: MediaStreamTrack): Promise<void> {
    const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
      MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream<VideoFrame> };
    };
    const reader = new Processor({ track, maxBufferSize: 30 }).readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.look(value, value.timestamp);
      value.close();
    }
  }

  private show(track: MediaStreamTrack): void {
    const { video } = this;
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    void video.play();
    const look = () => {
      this.look(video, 1e6 * video.currentTime);
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }

  private look(picture: VideoFrame | HTMLVideoElement, timestamp: number): void {
    this.received++;
    const { drawing } = this;
    drawing?.drawImage(picture, 0, 0, 64, 48);
    const at = (x: number) => Array.from(drawing?.getImageData(x, 24, 1, 1).data.subarray(0, 3) ?? []) as Colour;
    this.seen.push({ left: at(16), right: at(48), timestamp });
    if (this.seen.length > 2000) this.seen.splice(0, 1000);
  }
}

export async function begin(
  network: NetworkDescription,
  bytes: readonly number[],
  { backend = 'webgpu', fallback, isFake, isGiven, inWorker, byCall }: TrackSetting,
): Promise<void> {
  // A test that failed has left its own running.
  if (camera) await end();
  errors.length = 0;
  camera = isFake ? await fakeCamera() : halvesCamera('#dc1414');
  const options = { network: { ...network, bytes: Uint8Array.from(bytes) }, backend };
  given = isGiven ? await Pipeline.create(options) : undefined;
  const onError = (error: unknown) => errors.push(String(error));
  processed = processTrack(given ?? options, camera.track, view, {
    onError,
    ...(fallback && { fallback }),
    ...(inWorker && { worker: createWorker }),
  });
  watch = new TrackWatch(byCall ? await call(processed.track) : processed.track);
}

function createWorker(): Worker {
  worker = new Worker(new URL('./track-worker.ts', import.meta.url), { type: 'module' });
  return worker;
}

/** The track as the other end of a call in this page gets it. */
async function call(track: MediaStreamTrack): Promise<MediaStreamTrack> {
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  here.addTrack(track);
  const arrived = new Promise<MediaStreamTrack>((resolve) => {
    there.ontrack = (event) => resolve(event.track);
  });
  here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
  there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription as RTCSessionDescription);
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription as RTCSessionDescription);
  receiver = there;
  hangUp = () => {
    here.close();
    there.close();
    receiver = undefined;
  };
  return arrived;
}

/** What came out since this was called last. */
export function takeSeen(): Seen[] {
  return watch.seen.splice(0);
}

export function told(): string[] {
  return errors.splice(0);
}

export async function progress(): Promise<TrackStatistics & { hidden: boolean; received: number }> {
  return { ...(await processed.statistics()), hidden: document.hidden, received: await received() };
}

/** Frames that came out: where a call is looked at those that it carried, as a video in a hidden page tells of few. */
async function received(): Promise<number> {
  const reports = await receiver?.getStats();
  if (!reports) return watch.received;
  return [...reports.values()].reduce((sum, report) => sum + (report.framesReceived ?? 0), 0);
}

export function pause(): void {
  processed.pause();
}

export function resume(): void {
  processed.resume();
}

export function setColour(colour: string): void {
  processed.setView({ ...view, colour });
}

/** Another camera, whose left half has another colour. */
export function replaceCamera(left: string): void {
  const before = camera;
  camera = halvesCamera(left);
  processed.replaceTrack(camera.track);
  before.end();
}

/** Ends the device of the pipeline that was given: calls in flight fail, as those do whose GPU is gone. */
export function loseDevice(): void {
  given?.device.destroy();
}

export async function end(): Promise<{ track: string; camera: string }> {
  await processed.stop();
  const states = { track: processed.track.readyState, camera: camera.track.readyState };
  camera.end();
  hangUp();
  await given?.destroy();
  return states;
}

/** VideoFrames that this page's code has in hand; it leaves none to the garbage collector. */
export function unclosed(): number {
  return openFrames();
}
