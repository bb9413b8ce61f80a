// SPDX-License-Identifier: MIT

import type { Normalization } from '../crf/types.js';
import { type Filter, noScaling, type Scaling } from './filter.js';

/** Keeps 1/n finite for a point that no vertex reaches, as in pydensecrf. */
const smallestSum = 1e-20;

/**
 * The factors of K(Q/n), (KQ)/n or n^-½ K (n^-½ Q) with n = K·1. Krähenbühl and Koltun 2013 introduce the symmetric form.
 */
export function normalizingScale(filter: Filter, normalization: Normalization): Scaling {
  const unscaled = noScaling(filter.pointCount);
  if (normalization === 'none') return unscaled;
  const factors = filter.filterOnes(unscaled);
  for (let i = 0; i < factors.length; i++) {
    const sum = factors[i] + smallestSum;
    factors[i] = 1 / (normalization === 'symmetric' ? Math.sqrt(sum) : sum);
  }
  return {
    before: normalization === 'after' ? unscaled.before : factors,
    after: normalization === 'before' ? unscaled.after : factors,
  };
}
