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
  /** after · K · before · 1, [pointCount]. */
  filterOnes(scaling: Scaling): Float32Array;
  /**
   * out[i, l] += weight · after_i · Σ_j K_ij · before_j · Q[j, l].
   *
   * It adds, so that the kernels of one CRF can share an array.
   *
   * @param marginals Q, [pointCount, labelCount]; every row sums to 1, which saves the lattice one label
   * @param out [pointCount, labelCount]
   */
  addFiltered(marginals: Float32Array, labelCount: number, scaling: Scaling, weight: number, out: Float32Array): void;
}
