// SPDX-License-Identifier: MIT

import type { Part } from './plan/buffer-plan.js';

/**
 * What on the GPU is up to date. Buffers belong to parts of a plan, and a part that would come out differently is another object: so a
 * part that is not known here has yet to be computed.
 */
export class Freshness {
  /** Lattices that were built, and factors n that were computed. */
  readonly parts = new WeakSet<Part>();
  /** Whether there is an image. */
  image = false;
  /** The rows that hold the energies of the last unary, and those that hold Q. */
  unary: Part | undefined;
  q: Part | undefined;
}
