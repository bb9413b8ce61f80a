// SPDX-License-Identifier: MIT

import { embed } from './embed.js';
import { allFeatures, type FeatureSource } from './features.js';
import type { Filter } from './filter.js';
import { buildLattice } from './lattice.js';
import { LatticeFilter } from './lattice-filter.js';
import { planarToRows } from './layout.js';
import { updateMarginals } from './softmax.js';

/** Rows of channels, one a pixel: [pixelCount, channelCount] float32. */
export interface Rows {
  /** The numbers as of now: to be asked for anew whenever something has been allocated. */
  readonly values: Float32Array;
  release(): void;
}

/** Where rows are held, and what is done to all of them in every iteration. */
export interface RowEngine {
  /** Threads that work on rows; left out: one. */
  readonly threads?: number;
  /** Channels of a row: the labels first; channels past them are no label, and their Q stays 0. */
  channelsFor(labelCount: number): number;
  /** Zeros. */
  allocate(length: number): Rows;
  /** Writes values of all labels, [label, pixel], to this engine's rows, each times a factor. Channels past the labels are left alone. */
  write(planar: Float32Array, labelCount: number, factor: number, rows: Rows): void;
  createLatticeFilter(source: FeatureSource, channelCount: number): Filter;
  /** softmax.ts; all arrays are this engine's. */
  updateMarginals(
    scores: Float32Array,
    channelCount: number,
    damping: number,
    marginals: Float32Array,
    source?: Float32Array,
  ): number;
  /** Gives back what no garbage collector sees. Nothing may be called any more. */
  release?(): void;
}

/** In TypeScript, on typed arrays: runs everywhere. A row has as many channels as labels. */
export const typedArrays: RowEngine = {
  channelsFor: (labelCount) => labelCount,
  allocate: (length) => ({ values: new Float32Array(length), release: () => {} }),
  write: (planar, labelCount, factor, { values }) =>
    planarToRows(planar, planar.length / labelCount, labelCount, labelCount, factor, values),
  createLatticeFilter: (source) => new LatticeFilter(buildLattice(embed(allFeatures(source), source.featureDim))),
  updateMarginals,
};
