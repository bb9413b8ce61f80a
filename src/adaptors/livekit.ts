// SPDX-License-Identifier: MIT

/**
 * A processor for LiveKit's camera tracks.
 *
 * @module meanfield/livekit
 */

import type { FrameSource, ProcessedTrack, View } from '../pipeline/index.js';
import { type BackgroundOptions, startBackground } from './background.js';

export type { BackgroundOptions };

/** What LiveKit hands over: a part of its `VideoProcessorOptions`. */
export interface LivekitOptions {
  /** Of the camera. */
  track: MediaStreamTrack;
}

/**
 * A processor for LiveKit's video tracks:
 *
 * ```ts
 * const camera = await createLocalVideoTrack();
 * await camera.setProcessor(new BackgroundProcessor({ kind: 'blur' }));
 * ```
 *
 * It is a `TrackProcessor` of livekit-client 2 by its shape, and imports nothing of it.
 */
export class BackgroundProcessor {
  /** Tells LiveKit's log which processor it is. */
  readonly name = 'meanfield-background';
  /** What LiveKit publishes: there from `init` to `destroy`. */
  processedTrack?: MediaStreamTrack;
  private processed: ProcessedTrack | undefined;

  /** Arguments are checked when LiveKit calls `init`. */
  constructor(
    private view: View<FrameSource>,
    private readonly options?: BackgroundOptions,
  ) {}

  /** What is processed: statistics, pause and resume. Undefined before `init` and after `destroy`. */
  get processing(): ProcessedTrack | undefined {
    return this.processed;
  }

  /** Another view, now or from `init` on. Throws ArgumentError. */
  setView(view: View<FrameSource>): void {
    this.processed?.setView(view);
    this.view = view;
  }

  /** For LiveKit. Throws ArgumentError for a view or options that can't be. */
  async init({ track }: LivekitOptions): Promise<void> {
    await this.destroy();
    this.processed = startBackground(track, this.view, this.options);
    this.processedTrack = this.processed.track;
  }

  /** For LiveKit: another camera, or the same again after it was muted. */
  async restart(options: LivekitOptions): Promise<void> {
    if (this.processed?.track.readyState === 'live') this.processed.replaceTrack(options.track);
    else await this.init(options);
  }

  /** For LiveKit. */
  async destroy(): Promise<void> {
    const { processed } = this;
    this.processed = undefined;
    delete this.processedTrack;
    await processed?.stop();
  }
}
