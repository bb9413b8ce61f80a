// SPDX-License-Identifier: MIT

import { exponential } from './exponential.js';
import type { Filter, Rows } from './filter.js';

/**
 * K by its definition, K_ij = exp(-½ |f_i - f_j|²), over all pairs: Krähenbühl and Koltun 2011, equation 3.
 * pointCount² evaluations a call, for small images and as the oracle for the lattice.
 */
export class ExactFilter implements Filter {
  readonly pointCount: number;

  /** @param features [featureDim, pointCount], divided by their sigmas */
  constructor(
    private readonly features: Float32Array,
    private readonly featureDim: number,
  ) {
    this.pointCount = features.length / featureDim;
  }

  apply(
    input: Rows,
    channelCount: number,
    scaleBefore: Float32Array | null,
    scaleAfter: Float32Array | null,
    out: Float32Array,
  ): void {
    const { pointCount } = this;
    const { values, stride } = input;
    const kernelRow = new Float64Array(pointCount);
    const sums = new Float64Array(channelCount);
    for (let i = 0; i < pointCount; i++) {
      this.evaluateRow(i, kernelRow);
      sums.fill(0);
      for (let j = 0; j < pointCount; j++) {
        const weight = scaleBefore === null ? kernelRow[j] : kernelRow[j] * scaleBefore[j];
        const at = j * stride;
        for (let c = 0; c < channelCount; c++) sums[c] += weight * values[at + c];
      }
      const factor = scaleAfter === null ? 1 : scaleAfter[i];
      for (let c = 0; c < channelCount; c++) out[i * channelCount + c] = factor * sums[c];
    }
  }

  /** K_ij for one i and all j. */
  private evaluateRow(i: number, row: Float64Array): void {
    const { features, featureDim, pointCount } = this;
    row.fill(0);
    for (let k = 0; k < featureDim; k++) {
      const start = k * pointCount;
      const own = features[start + i];
      for (let j = 0; j < pointCount; j++) {
        const difference = features[start + j] - own;
        row[j] += difference * difference;
      }
    }
    for (let j = 0; j < pointCount; j++) row[j] = exponential(-0.5 * row[j]);
  }
}
