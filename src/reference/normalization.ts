// SPDX-License-Identifier: MIT

import type { Normalization } from '../crf/types.js';
import type { Filter } from './filter.js';

/** Keeps 1/n finite for a point that no vertex reaches, as in pydensecrf. */
const smallestSum = 1e-20;

/** A normalised kernel: after · K · before, both diagonal, null for 1. */
export interface NormalizedKernel {
  scaleBefore: Float32Array | null;
  scaleAfter: Float32Array | null;
  /** after · K · before · 1 a point: the sum of the message over all labels, as Q sums to 1. */
  messageSum: Float32Array;
}

/**
 * The factors of K(Q/n), (KQ)/n or n^-½ K (n^-½ Q) with n = K·1: Krähenbühl and Koltun 2013, section 2, for `symmetric`.
 */
export function normalize(filter: Filter, normalization: Normalization): NormalizedKernel {
  const sums = filterOnes(filter, null, null);
  if (normalization === 'none') return { scaleBefore: null, scaleAfter: null, messageSum: sums };
  const power = normalization === 'symmetric' ? -0.5 : -1;
  const factors = sums.map((sum) => (sum + smallestSum) ** power);
  const scaleBefore = normalization === 'after' ? null : factors;
  const scaleAfter = normalization === 'before' ? null : factors;
  return { scaleBefore, scaleAfter, messageSum: filterOnes(filter, scaleBefore, scaleAfter) };
}

function filterOnes(filter: Filter, scaleBefore: Float32Array | null, scaleAfter: Float32Array | null): Float32Array {
  const ones = new Float32Array(filter.pointCount).fill(1);
  const sums = new Float32Array(filter.pointCount);
  filter.apply({ values: ones, stride: 1 }, 1, scaleBefore, scaleAfter, sums);
  return sums;
}
