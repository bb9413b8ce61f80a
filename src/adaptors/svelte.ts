// SPDX-License-Identifier: MIT

/**
 * A Svelte action that shows a camera with another background.
 *
 * @module meanfield/svelte
 */

import type { Action } from 'svelte/action';
import type { FrameSource, ProcessedTrack, View } from '../pipeline/index.js';
import { Background, type BackgroundOptions } from './background.js';

export type { BackgroundOptions };

/** What the action `background` takes. Track and view may change; the rest is read once. */
export interface BackgroundParameter extends BackgroundOptions {
  /** Of a camera, which stays its owner's. */
  track: MediaStreamTrack | null | undefined;
  /** What is drawn. */
  view: View<FrameSource>;
  /** There is a processed track, or none any more. */
  onProcessed?: (processed: ProcessedTrack | undefined) => void;
}

/**
 * Shows the processed camera in a `<video>`, muted, until the element goes:
 *
 * ```svelte
 * <video use:background={{ track, view: { kind: 'blur' } }}></video>
 * ```
 *
 * Throws ArgumentError for arguments that can't be.
 */
export const background: Action<HTMLVideoElement, BackgroundParameter> = (
  video: HTMLVideoElement,
  { track, view, onProcessed, ...options }: BackgroundParameter,
) => {
  const following = new Background(options, (processed) => {
    video.srcObject = processed ? new MediaStream([processed.track]) : null;
    onProcessed?.(processed);
  });
  Object.assign(video, { autoplay: true, muted: true, playsInline: true });
  following.set(track, view);
  return {
    update: (next) => following.set(next.track, next.view),
    destroy: () => following.end(),
  };
};
