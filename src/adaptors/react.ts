// SPDX-License-Identifier: MIT

/**
 * A React hook and a component that show a camera with another background.
 *
 * @module meanfield/react
 */

import { type ComponentPropsWithoutRef, createElement, type ReactElement, useEffect, useRef, useState } from 'react';
import type { FrameSource, ProcessedTrack, View } from '../pipeline/index.js';
import { Background, type BackgroundOptions } from './background.js';

export type { BackgroundOptions };

/**
 * A processed track while there is a camera's; undefined while there is none, and on the first render:
 *
 * ```ts
 * const processed = useBackground(cameraTrack, { kind: 'blur' });
 * useEffect(() => void sender.replaceTrack(processed?.track ?? null), [processed]);
 * ```
 *
 * Another camera or view changes what the same track shows. When the component goes, it is stopped; what was made twice for StrictMode is
 * stopped, too.
 *
 * @param track of a camera, which stays its owner's
 * @param options read once
 *
 * Throws ArgumentError, when effects run, for arguments that can't be.
 */
export function useBackground(
  track: MediaStreamTrack | null | undefined,
  view: View<FrameSource>,
  options?: BackgroundOptions,
): ProcessedTrack | undefined {
  const [processed, setProcessed] = useState<ProcessedTrack>();
  const first = useRef(options);
  const background = useRef<Background>(undefined);
  useEffect(() => {
    const made = new Background(first.current, setProcessed);
    background.current = made;
    return () => made.end();
  }, []);
  useEffect(() => background.current?.set(track, view));
  return processed;
}

/** What `<BackgroundVideo>` takes: what `<video>` does, too. */
export interface BackgroundVideoProps extends ComponentPropsWithoutRef<'video'> {
  /** Of a camera, which stays its owner's. */
  track: MediaStreamTrack | null | undefined;
  /** What is drawn. */
  view: View<FrameSource>;
  /** Read once. */
  options?: BackgroundOptions;
  /** There is a processed track, or none any more. */
  onProcessed?: (processed: ProcessedTrack | undefined) => void;
}

/** A `<video>`, muted and playing, that shows the processed camera. */
export function BackgroundVideo({ track, view, options, onProcessed, ...props }: BackgroundVideoProps): ReactElement {
  const processed = useBackground(track, view, options);
  const video = useRef<HTMLVideoElement>(null);
  const tell = useRef(onProcessed);
  tell.current = onProcessed;
  useEffect(() => {
    if (video.current) video.current.srcObject = processed ? new MediaStream([processed.track]) : null;
    tell.current?.(processed);
  }, [processed]);
  return createElement('video', { autoPlay: true, muted: true, playsInline: true, ...props, ref: video });
}
