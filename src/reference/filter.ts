// SPDX-License-Identifier: MIT

/** Rows of values, one a pixel: element c of row i is at i·stride + c. */
export interface Rows {
  values: Float32Array;
  stride: number;
}

/** Applies K, the matrix of Gaussian weights between all pairs of points, own pair included. */
export interface Filter {
  readonly pointCount: number;
  /**
   * out[i, c] = scale_i · Σ_j K_ij · scale_j · input[j, c] for c < channelCount, where the scales are those asked for.
   *
   * @param scaleBefore one factor a point for the input, null for 1
   * @param scaleAfter one factor a point for the output, null for 1
   * @param out [pointCount, channelCount], overwritten
   */
  apply(
    input: Rows,
    channelCount: number,
    scaleBefore: Float32Array | null,
    scaleAfter: Float32Array | null,
    out: Float32Array,
  ): void;
}
