// SPDX-License-Identifier: MIT

import type { Extent } from '../frames/plan.js';
import { VideoWatch } from '../video/video-watch.js';

/** A picture of a camera. */
export interface InputFrame extends Extent {
  /** A video goes on: it is read at once, or not at all. */
  readonly source: VideoFrame | HTMLVideoElement;
  /** Microseconds on the camera's clock. */
  readonly timestamp: number;
  /** Milliseconds on this thread's clock. */
  readonly arrivedAt: number;
  close(): void;
}

/** Gives the frames of a track, until `stop`. */
export interface FrameInput {
  /** Who is called closes the frame. */
  start(onFrame: (frame: InputFrame) => void): void;
  stop(): void;
}

/** Frames as the browser streams them. */
export class StreamInput implements FrameInput {
  private readonly reader: ReadableStreamDefaultReader<VideoFrame>;

  constructor(readable: ReadableStream<VideoFrame>) {
    this.reader = readable.getReader();
  }

  start(onFrame: (frame: InputFrame) => void): void {
    // A stream that breaks off is a camera that ended: what is sent says so, nothing else has to.
    this.read(onFrame).catch(() => undefined);
  }

  stop(): void {
    this.reader.cancel().catch(() => undefined);
  }

  private async read(onFrame: (frame: InputFrame) => void): Promise<void> {
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return;
      onFrame({
        source: value,
        width: value.displayWidth,
        height: value.displayHeight,
        timestamp: value.timestamp,
        arrivedAt: performance.now(),
        close: () => value.close(),
      });
    }
  }
}

/** Frames by a video element that is on no page. Goes on while the page is hidden. */
export class VideoInput implements FrameInput {
  private readonly video = document.createElement('video');
  private watch: VideoWatch | undefined;

  constructor(track: MediaStreamTrack) {
    const { video } = this;
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([track]);
  }

  start(onFrame: (frame: InputFrame) => void): void {
    const { video } = this;
    // Rejected where it is stopped before the first picture.
    video.play().catch(() => undefined);
    this.watch = new VideoWatch(video, 'continue', () =>
      onFrame({
        source: video,
        width: video.videoWidth,
        height: video.videoHeight,
        timestamp: Math.round(1e6 * video.currentTime),
        arrivedAt: performance.now(),
        close: () => undefined,
      }),
    );
  }

  stop(): void {
    this.watch?.stop();
    this.video.pause();
    this.video.srcObject = null;
  }
}
