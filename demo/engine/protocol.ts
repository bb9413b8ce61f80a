// SPDX-License-Identifier: MIT

import type { CrfParameters, Refiner } from '../../src/index.js';

/** RGBA, [y, x, 4]. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8ClampedArray;
}

/** What the worker is asked for. What is left out is as it was in the job before. */
export interface Job {
  picture?: Picture;
  /** Label a pixel, or `unmarked`: [y, x]. */
  marks?: Uint8Array;
  labelCount: number;
  parameters: CrfParameters;
  backend: 'auto' | 'webgpu' | 'cpu';
}

/** Which label each pixel has, and how surely. */
export interface Segmentation {
  /** [y, x] */
  labels: Uint8Array;
  /** The label's marginal, 0..255, [y, x]. */
  confidence: Uint8Array;
  /** 0..255, [label, y, x]. */
  marginals: Uint8Array;
}

export interface Refinement {
  width: number;
  height: number;
  labelCount: number;
  /** From the colours alone. */
  before: Segmentation;
  /** Refined by the CRF. */
  after: Segmentation;
  iterations: number;
  backend: Refiner['backend'];
  adapterName: string;
  /** Learning colours; 0 where nothing new was drawn. */
  colourMilliseconds: number;
  /** From the call of `refine` to the marginals in hand. */
  refineMilliseconds: number;
  /** What the user should know, in words: the GPU was lost, for example. */
  notice: string | undefined;
}

export type Answer = { refinement: Refinement } | { error: string };
