// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import type { Extent } from '../frames/plan.js';

/** What can be sent. */
export type Picture = OffscreenCanvas | HTMLCanvasElement | ImageBitmap | VideoFrame | HTMLVideoElement;

/** Size in pixels, and microseconds on the camera's clock. */
export type FramePlace = Extent & { readonly timestamp: number };

/** Where pictures leave for the processed track. */
export interface FrameOutput {
  /** Whether whoever has the track has ended it. */
  readonly isEnded: boolean;
  /**
   * Sends a picture.
   *
   * @param isKept whether it is one that `repeat` may send again
   */
  send(picture: Picture, place: FramePlace, isKept: boolean): Promise<void>;
  /** Sends the last picture that was kept, or black where there is none. */
  repeat(place: FramePlace): Promise<void>;
  black(place: FramePlace): Promise<void>;
  /** Frames of another camera follow, with timestamps of their own. */
  changeClock(): void;
  close(): void;
}

/** Microseconds from the last frame of one camera to the first of the next, where their clocks differ. */
const gap = 33_333;

/** Frames with timestamps of their own, in a stream that the browser makes a track of. */
export class StreamOutput implements FrameOutput {
  isEnded = false;
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;
  private readonly copy = new CopyCanvas();
  private kept: VideoFrame | undefined;
  /** Microseconds from the camera's clock to the track's, where timestamps would fall without. */
  private shift = 0;
  private isOtherClock = false;
  private last = Number.NEGATIVE_INFINITY;

  constructor(writable: WritableStream<VideoFrame>) {
    this.writer = writable.getWriter();
    this.writer.closed.catch(() => this.ended());
  }

  async send(picture: Picture, place: FramePlace, isKept: boolean): Promise<void> {
    // What is kept now would never be closed.
    if (this.isEnded) return;
    const timestamp = this.stamp(place.timestamp);
    // Chromium's tracks take a frame that is made of another for one with the other's timestamp.
    const source = 'timestamp' in picture && picture.timestamp !== timestamp ? this.copy.of(place, picture) : picture;
    const frame = new VideoFrame(source, { timestamp, alpha: 'discard' });
    if (isKept) {
      this.kept?.close();
      this.kept = frame.clone();
    }
    await this.write(frame);
  }

  async repeat(place: FramePlace): Promise<void> {
    const { kept } = this;
    if (!kept) return this.black(place);
    const { displayWidth: width, displayHeight: height } = kept;
    await this.send(this.copy.of({ width, height }, kept), place, false);
  }

  async black(place: FramePlace): Promise<void> {
    await this.send(this.copy.of(place, undefined), place, false);
  }

  changeClock(): void {
    this.isOtherClock = true;
  }

  close(): void {
    this.ended();
    this.writer.close().catch(() => undefined);
  }

  /** A track that was ended takes no more frames. */
  private async write(frame: VideoFrame): Promise<void> {
    try {
      await this.writer.write(frame);
    } catch {
      this.ended();
    } finally {
      frame.close();
    }
  }

  private ended(): void {
    this.isEnded = true;
    this.kept?.close();
    this.kept = undefined;
    this.copy.free();
  }

  /** Of one camera as they are. Those of the next go on from there: receivers drop frames whose timestamps fall. */
  private stamp(timestamp: number): number {
    if (this.isOtherClock) {
      this.isOtherClock = false;
      this.shift = timestamp > this.last ? 0 : this.last + gap - timestamp;
    }
    this.last = timestamp + this.shift;
    return this.last;
  }
}

/** A canvas that pictures are copied to which are sent a second time. */
class CopyCanvas {
  private readonly canvas = new OffscreenCanvas(1, 1);
  private readonly drawing = this.canvas.getContext('2d', { alpha: false });
  private drawn: VideoFrame | undefined;

  /** The picture at this size, or black. Good until the next call. Drawn once: Chromium's workers remember each time a frame is drawn. */
  of({ width, height }: Extent, picture: VideoFrame | undefined): OffscreenCanvas {
    const { canvas, drawing } = this;
    const isOfSize = canvas.width === width && canvas.height === height;
    if (picture && picture === this.drawn && isOfSize) return canvas;
    if (!drawing) throw new DeviceError('tracks: this browser gives no 2-D canvas');
    if (!isOfSize) this.resize(width, height);
    if (picture) drawing.drawImage(picture, 0, 0, width, height);
    else drawing.clearRect(0, 0, width, height);
    this.drawn = picture;
    return canvas;
  }

  free(): void {
    this.resize(1, 1);
    this.drawn = undefined;
  }

  private resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
  }
}

/** A canvas whose stream has a track, where the browser has no streams of frames: the browser says when a picture was taken. */
export class CanvasOutput implements FrameOutput {
  readonly track: MediaStreamTrack;
  private readonly canvas = document.createElement('canvas');
  private readonly drawing: CanvasRenderingContext2D;
  private hasKept = false;

  /** Black, at this size, until something is sent. Throws DeviceError where the browser can't. */
  constructor({ width = 640, height = 480 }: Partial<Extent>) {
    const { canvas } = this;
    canvas.width = width;
    canvas.height = height;
    const drawing = canvas.getContext('2d', { alpha: false });
    if (!drawing || !('captureStream' in canvas)) {
      throw new DeviceError('tracks: this browser has neither MediaStreamTrackGenerator nor streams of canvases');
    }
    this.drawing = drawing;
    this.paintBlack();
    const [track] = canvas.captureStream().getVideoTracks();
    this.track = track;
  }

  async send(picture: Picture, { width, height }: FramePlace, isKept: boolean): Promise<void> {
    const { canvas } = this;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    this.paintBlack();
    this.drawing.drawImage(picture, 0, 0, width, height);
    this.hasKept = isKept;
  }

  /** The canvas shows it still. */
  async repeat(): Promise<void> {
    if (!this.hasKept) this.paintBlack();
  }

  async black(): Promise<void> {
    this.hasKept = false;
    this.paintBlack();
  }

  changeClock(): void {}

  get isEnded(): boolean {
    return this.track.readyState === 'ended';
  }

  close(): void {
    this.track.stop();
    this.canvas.width = 1;
    this.canvas.height = 1;
  }

  private paintBlack(): void {
    this.drawing.fillStyle = '#000';
    this.drawing.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
