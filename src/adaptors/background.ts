// SPDX-License-Identifier: MIT

import {
  type FrameSource,
  type Pipeline,
  type PipelineOptions,
  type ProcessedTrack,
  processTrack,
  type TrackOptions,
  type View,
} from '../pipeline/index.js';

/** What adaptors take beside track and view: what `processTrack` takes, and the pipeline. Read once. */
export interface BackgroundOptions extends TrackOptions {
  /** What `Pipeline.create` gave, or options for one that is made and destroyed with the track. Default: one that finds people. */
  pipeline?: Pipeline | PipelineOptions;
}

/** `processTrack`, with everything but track and view in one object. */
export function startBackground(
  track: MediaStreamTrack,
  view: View<FrameSource>,
  { pipeline = {}, ...options }: BackgroundOptions = {},
): ProcessedTrack {
  return processTrack(pipeline, track, view, options);
}

/** A processed track that follows what a component is given: there is one as long as there is a camera's. */
export class Background {
  private processed: ProcessedTrack | undefined;
  private view: View<FrameSource> | undefined;

  constructor(
    private readonly options: BackgroundOptions | undefined,
    private readonly onChange: (processed: ProcessedTrack | undefined) => void,
  ) {}

  /** A track that has ended changes nothing: what was processed last stays. */
  set(track: MediaStreamTrack | null | undefined, view: View<FrameSource>): void {
    if (!track) {
      this.end();
    } else if (!this.processed) {
      if (track.readyState !== 'live') return;
      this.processed = startBackground(track, view, this.options);
      this.view = view;
      this.onChange(this.processed);
    } else {
      if (view !== this.view) this.processed.setView(view);
      this.view = view;
      if (track.readyState === 'live') this.processed.replaceTrack(track);
    }
  }

  end(): void {
    const { processed } = this;
    if (!processed) return;
    this.processed = undefined;
    this.onChange(undefined);
    void processed.stop();
  }
}
