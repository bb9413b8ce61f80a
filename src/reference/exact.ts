// SPDX-License-Identifier: MIT

import type { Normalization } from '../problem/types.js';
import { exponential } from './exponential.js';
import { type Factors, factorsOf, noScaling, type ScaledFilter, type Scaling } from './filter.js';
import { normalize } from './normalization.js';

/** Elements of K that are kept from one call to the next, instead of being evaluated again: 16 MiB. */
const keptElements = 2 ** 22;

/**
 * K by its definition, K_ij = exp(-½ |f_i - f_j|²), over all pairs: Krähenbühl and Koltun 2011, equation 3.
 * pointCount² evaluations a call, for small images and as the oracle for the lattice.
 */
export class ExactFilter implements ScaledFilter {
  readonly pointCount: number;
  readonly vertexCount = null;
  private scaling: Factors;
  /** K, [pointCount, pointCount], if it is small enough to be kept. */
  private matrix: Float32Array | null = null;
  /** One row of it otherwise. */
  private readonly row: Float32Array;

  /** @param features [featureDim, pointCount], divided by their sigmas */
  constructor(
    private readonly features: Float32Array,
    private readonly featureDim: number,
  ) {
    this.pointCount = features.length / featureDim;
    this.row = new Float32Array(this.pointCount);
    this.scaling = factorsOf(noScaling, this.pointCount);
  }

  normalize(normalization: Normalization): void {
    normalize(this, normalization);
  }

  setScaling(scaling: Scaling): void {
    this.scaling = factorsOf(scaling, this.pointCount);
  }

  filterOnes(): Float32Array {
    const sums = new Float32Array(this.pointCount);
    this.addFiltered(new Float32Array(this.pointCount).fill(1), 1, 1, sums);
    return sums;
  }

  addFiltered(marginals: Float32Array, labelCount: number, weight: number, out: Float32Array, onto = out): void {
    if (onto !== out) out.set(onto);
    const { pointCount } = this;
    const { before, after } = this.scaling;
    const sums = new Float64Array(labelCount);
    for (let i = 0; i < pointCount; i++) {
      const weights = this.kernelRow(i);
      sums.fill(0);
      for (let j = 0; j < pointCount; j++) {
        const share = weights[j] * before[j];
        const at = j * labelCount;
        for (let label = 0; label < labelCount; label++) sums[label] += share * marginals[at + label];
      }
      const factor = weight * after[i];
      const to = i * labelCount;
      for (let label = 0; label < labelCount; label++) out[to + label] += factor * sums[label];
    }
  }

  /** K_ij for one i and all j. Overwritten by the next call. */
  private kernelRow(i: number): Float32Array {
    const { pointCount } = this;
    if (pointCount ** 2 > keptElements) {
      this.evaluateRow(i, this.row);
      return this.row;
    }
    if (this.matrix === null) {
      this.matrix = new Float32Array(pointCount ** 2);
      for (let row = 0; row < pointCount; row++) this.evaluateRow(row, this.matrix.subarray(row * pointCount));
    }
    return this.matrix.subarray(i * pointCount, (i + 1) * pointCount);
  }

  private evaluateRow(i: number, row: Float32Array): void {
    const { features, featureDim, pointCount } = this;
    for (let j = 0; j < pointCount; j++) {
      let squares = 0;
      for (let at = 0; at < featureDim * pointCount; at += pointCount) {
        const difference = features[at + j] - features[at + i];
        squares += difference * difference;
      }
      row[j] = exponential(-0.5 * squares);
    }
  }
}
