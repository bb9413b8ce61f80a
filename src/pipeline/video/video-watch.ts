// SPDX-License-Identifier: MIT

import { hasMethods } from '../../problem/platform-objects.js';
import { reading } from '../../problem/reading.js';
import { BackgroundClock } from './background-clock.js';

/** HTMLMediaElement.HAVE_CURRENT_DATA */
const hasPicture = 2;

/** Calls `onPicture` for the picture that a video has, and for each new one, until `stop`. */
export class VideoWatch {
  private stopped = false;
  /** Of the callback that is asked for. */
  private request = 0;
  private shownAt = Number.NaN;
  /** Of the page that the video is on: a worker has none. */
  private readonly page: Document | undefined;
  /** Tells of time in a hidden page, where videos tell of no frames. */
  private readonly clock = new BackgroundClock(() => this.look());

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly whenHidden: 'pause' | 'continue',
    private readonly onPicture: () => void,
  ) {
    this.page = pageOf(video);
    if (whenHidden === 'continue') this.page?.addEventListener('visibilitychange', this.onVisibility);
    this.onVisibility();
    this.ask();
    this.next();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.page?.removeEventListener('visibilitychange', this.onVisibility);
    this.clock.stop();
    if (this.tellsFrames) this.video.cancelVideoFrameCallback(this.request);
    else cancelAnimationFrame(this.request);
  }

  /** Whether the video says when it shows another frame. */
  private get tellsFrames(): boolean {
    return 'requestVideoFrameCallback' in this.video;
  }

  private ask(): void {
    this.request = this.tellsFrames
      ? this.video.requestVideoFrameCallback(this.onVideoFrame)
      : requestAnimationFrame(this.onAnimationFrame);
  }

  private get isHidden(): boolean {
    return this.page?.hidden === true;
  }

  private readonly onVisibility = (): void => {
    if (this.isHidden && this.whenHidden === 'continue') this.clock.start();
    else this.clock.stop();
  };

  private readonly onVideoFrame = (): void => {
    this.ask();
    this.next();
  };

  private readonly onAnimationFrame = (): void => {
    this.ask();
    this.look();
  };

  /** Takes the video's picture if it is another one. */
  private look(): void {
    if (this.video.currentTime !== this.shownAt) this.next();
  }

  private next(): void {
    const { video } = this;
    if (this.stopped || video.readyState < hasPicture) return;
    // Some browsers go on telling of frames, if seldom.
    if (this.isHidden && this.whenHidden === 'pause') return;
    this.shownAt = video.currentTime;
    this.onPicture();
  }
}

/** Undefined for a video that is on none. */
function pageOf(video: HTMLVideoElement): Document | undefined {
  const page = reading('video', video, () => video.ownerDocument);
  return hasMethods('video', page, 'addEventListener', 'removeEventListener') ? page : undefined;
}
