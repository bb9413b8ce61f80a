// SPDX-License-Identifier: MIT

import type { Normalization } from '../problem/types.js';

/** A diagonal scaling of K: one factor a point before and after, [pointCount]; null where all are 1. */
export interface Scaling {
  before: Float32Array | null;
  after: Float32Array | null;
}

/** Leaves K as it is. */
export const noScaling: Readonly<Scaling> = { before: null, after: null };

/** Both factors of each point. */
export interface Factors {
  before: Float32Array;
  after: Float32Array;
}

export function factorsOf({ before, after }: Scaling, pointCount: number): Factors {
  const ones = () => new Float32Array(pointCount).fill(1);
  return { before: before ?? ones(), after: after ?? ones() };
}

/** Applies K, the matrix of Gaussian weights between all pairs of points, own pair included, with a scaling that is none at first. */
export interface Filter {
  readonly pointCount: number;
  /** Vertices of the lattice, null where there is none. */
  readonly vertexCount: number | null;
  /** Scales K by what its rows sum to (normalization.ts): here, and not in every iteration. */
  normalize(normalization: Normalization): void;
  /**
   * out[i, l] = onto[i, l] + weight · after_i · Σ_j K_ij · before_j · Q[j, l].
   *
   * It adds, so that the kernels of one CRF can share an array.
   *
   * @param marginals Q, [pointCount, channelCount]; every row sums to 1, which saves the lattice one channel
   * @param out [pointCount, channelCount]
   * @param onto [pointCount, channelCount]; left out: `out`
   */
  addFiltered(
    marginals: Float32Array,
    channelCount: number,
    weight: number,
    out: Float32Array,
    onto?: Float32Array,
  ): void;
  /** Gives back what no garbage collector sees. */
  release?(): void;
}

/** A filter that takes any scaling. */
export interface ScaledFilter extends Filter {
  setScaling(scaling: Scaling): void;
  /** after · K · before · 1, [pointCount]. */
  filterOnes(): Float32Array;
}
