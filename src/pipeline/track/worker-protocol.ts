// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import type { DeviceLoss, LoadProgress, PipelineOptions } from '../api.js';
import type { View } from '../drawing/view.js';
import type { FrameSource } from '../frames/frame-source.js';
import type { Fallback } from './track-loop.js';
import type { TrackStatistics } from './track-meter.js';

/** What the page tells the worker of a track. */
export type TrackRequest =
  | {
      kind: 'start';
      options: PipelineOptions;
      view: View<FrameSource>;
      fallback: Fallback;
      readable: ReadableStream<VideoFrame>;
      writable: WritableStream<VideoFrame>;
    }
  | { kind: 'view'; view: View<FrameSource> }
  | { kind: 'input'; readable: ReadableStream<VideoFrame> }
  | { kind: 'paused'; paused: boolean }
  | { kind: 'statistics' }
  | { kind: 'stop' };

/** What the worker tells the page. */
export type TrackAnswer =
  | { kind: 'error'; error: SentError }
  | { kind: 'progress'; progress: LoadProgress }
  | { kind: 'lost'; loss: DeviceLoss }
  /** In the order in which they were asked for. */
  | { kind: 'statistics'; statistics: TrackStatistics }
  | { kind: 'stopped'; statistics: TrackStatistics };

/** Errors lose their class on the way. */
interface SentError {
  name: string;
  message: string;
}

export function sentError(error: unknown): SentError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

export function receivedError({ name, message }: SentError): Error {
  if (name === 'DeviceError') return new DeviceError(message);
  const error = new Error(message);
  error.name = name;
  return error;
}
