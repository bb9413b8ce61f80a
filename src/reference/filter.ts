// SPDX-License-Identifier: MIT

/** A diagonal scaling of K: one factor a point before and after, [pointCount]. */
export interface Scaling {
  before: Float32Array;
  after: Float32Array;
}

/** Leaves K as it is. */
export function noScaling(pointCount: number): Scaling {
  const ones = new Float32Array(pointCount).fill(1);
  return { before: ones, after: ones };
}

/** Applies K, the matrix of Gaussian weights between all pairs of points, own pair included. */
export interface Filter {
  readonly pointCount: number;
  /** Vertices of the lattice, null where there is none. */
  readonly vertexCount: number | null;
  /** after · K · before · 1, [pointCount]. */
  filterOnes(scaling: Scaling): Float32Array;
  /** Called once before `addFiltered` is, and again for other factors: a filter may keep what it makes of them. */
  useScaling?(scaling: Scaling): void;
  /**
   * out[i, l] += weight · after_i · Σ_j K_ij · before_j · Q[j, l].
   *
   * It adds, so that the kernels of one CRF can share an array.
   *
   * @param marginals Q, [pointCount, channelCount]; every row sums to 1, which saves the lattice one channel
   * @param out [pointCount, channelCount]
   */
  addFiltered(marginals: Float32Array, channelCount: number, scaling: Scaling, weight: number, out: Float32Array): void;
  /** Gives back what no garbage collector sees. */
  release?(): void;
}
