// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../../index.js';
import type { Cost } from '../measure.js';
import type { BenchCase, PeerName } from '../options.js';

export interface PeerMeasurement {
  case: string;
  peer: PeerName;
  /** Of a program that has one. */
  version: string | null;
  /** A new picture, from logits to labels: with pydensecrf, with as many iterations as `stageIterations` says of the engine. */
  picture: Cost;
}

/** What a peer is given: the same that the engine is. */
export interface PeerProblem {
  benchCase: BenchCase;
  /** RGBA [y, x]. */
  image: RgbaImage;
  /** [label, y, x] */
  logits: Float32Array;
}
