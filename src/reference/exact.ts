// SPDX-License-Identifier: MIT

import { exponential } from './exponential.js';
import type { Filter, Scaling } from './filter.js';

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

  filterOnes(scaling: Scaling): Float32Array {
    const sums = new Float32Array(this.pointCount);
    this.addFiltered(new Float32Array(this.pointCount).fill(1), 1, scaling, 1, sums);
    return sums;
  }

  addFiltered(marginals: Float32Array, labelCount: number, scaling: Scaling, weight: number, out: Float32Array): void {
    const { pointCount } = this;
    const { before, after } = scaling;
    const kernelRow = new Float64Array(pointCount);
    const sums = new Float64Array(labelCount);
    for (let i = 0; i < pointCount; i++) {
      this.evaluateRow(i, kernelRow);
      sums.fill(0);
      for (let j = 0; j < pointCount; j++) {
        const share = before === null ? kernelRow[j] : kernelRow[j] * before[j];
        const at = j * labelCount;
        for (let label = 0; label < labelCount; label++) sums[label] += share * marginals[at + label];
      }
      const factor = after === null ? weight : weight * after[i];
      const to = i * labelCount;
      for (let label = 0; label < labelCount; label++) out[to + label] += factor * sums[label];
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
