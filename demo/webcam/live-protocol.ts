// SPDX-License-Identifier: MIT

import type { CrfParameters, StageTiming } from '../../src/index.js';
import type {
  Extent,
  LoadProgress,
  NetworkDescription,
  Prompts,
  TemporalParameters,
} from '../../src/pipeline/index.js';

/** What is done with the picture. */
export type Effect = (typeof effectNames)[number];

export const effectNames = ['blur', 'image', 'colour', 'cut-out', 'overlay', 'labels', 'confidence'] as const;

/** How a frame is drawn: changed from frame to frame without anything made anew. */
export interface Look {
  effect: Effect;
  /** Of the background's blur, in parts of the frame's diagonal. */
  blur: number;
  /** `#rrggbb` behind the foreground. */
  colour: string;
  /** Of the overlay, 0..1. */
  opacity: number;
  /** Labels that are kept. */
  foreground: readonly number[];
  mirror: boolean;
  /** Part of the width, from the left, in which the frame is shown as it is. */
  split: number;
}

export interface LiveSettings {
  crf: CrfParameters;
  /** Long side of the picture that the CRF works on, in pixels. */
  workingSize: number;
  smoothing: TemporalParameters | null;
  /** What the frame budget aims at; null keeps the quality as it is. */
  framesPerSecond: number | null;
  /** Time each stage on the GPU, and read the times back. */
  profile: boolean;
  look: Look;
}

/** Made ready at once. */
export interface LiveNetwork {
  /** A preset's name, or a description with its bytes. */
  network: string | NetworkDescription;
  /** Long side in pixels of what the network sees; undefined for its own. */
  inputSize: number | undefined;
  /** 'auto': on the GPU where there is one. */
  backend: 'auto' | 'webgpu' | 'cpu';
  /** Of the camera, where it is known. */
  frameSize: Extent | undefined;
}

export interface Key {
  frame: VideoFrame;
  prompts: Prompts;
}

export type ToLive =
  | { kind: 'open'; canvas: OffscreenCanvas }
  | { kind: 'network'; choice: LiveNetwork }
  | { kind: 'settings'; settings: LiveSettings }
  /** Undefined: none was chosen. */
  | { kind: 'background'; image: ImageBitmap | undefined }
  /** The next of the camera. Frames are given away: the worker closes them. */
  | { kind: 'frame'; frame: VideoFrame }
  /** The picture stands still at this one, and is drawn again with every change, until the next of the camera comes. */
  | { kind: 'still'; frame: VideoFrame }
  /** What is to be found, by marks on a frame; without one, nothing. */
  | { kind: 'key'; key: Key | undefined }
  | { kind: 'cancel' }
  | { kind: 'restart' }
  /** The camera is off: the worker ends itself. */
  | { kind: 'close' };

/** What one frame took, and what is held. */
export interface LiveReport {
  /** Wall time of the steps, in milliseconds: `total` is from the frame's arrival to the end of the GPU's work. */
  timings: readonly StageTiming[];
  gpuTimings: readonly StageTiming[];
  backend: 'webgpu' | 'cpu';
  adapterName: string;
  bytesHeld: number;
  /** From the GPU, for this frame. */
  bytesReadBack: number;
  width: number;
  height: number;
  /** What the network saw last. */
  input: Extent;
  workingWidth: number;
  workingHeight: number;
  iterations: number;
  networkRan: boolean;
  labels: readonly string[];
  /** In words, what the frame budget chose and why; undefined without one. */
  budget: string | undefined;
}

export type FromLive =
  | { kind: 'loading'; progress: LoadProgress }
  /** The network is there: whether it waits for marks, its labels, and `#rrggbb` of each. */
  | { kind: 'ready'; takesMarks: boolean; labels: readonly string[]; colours: readonly string[] }
  /** A frame of the camera, or the one that stands still, is on the canvas. */
  | { kind: 'shown'; isStill: boolean; report: LiveReport }
  /** It came to nothing: there is no network yet, or it does not know what to look for. */
  | { kind: 'passed'; isStill: boolean }
  /** It was not drawn, as the picture stands still at another one by now, or no longer. */
  | { kind: 'skipped'; isStill: boolean }
  /** For good: nothing is made anew until `restart`. */
  | { kind: 'lost'; isLast: boolean }
  | { kind: 'cancelled' }
  /** The network could not be made ready. */
  | { kind: 'failed'; error: string }
  | { kind: 'error'; error: string };
