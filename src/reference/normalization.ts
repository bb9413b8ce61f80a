// SPDX-License-Identifier: MIT

import type { Normalization } from '../problem/types.js';
import { noScaling, type ScaledFilter, type Scaling } from './filter.js';

/** Keeps 1/n finite for a point that no vertex reaches, as in pydensecrf. */
const smallestSum = 1e-20;

/**
 * Makes a filter apply K(Q/n), (KQ)/n or n^-½ K (n^-½ Q) with n = K·1, and gives the factors. Krähenbühl and Koltun 2013 introduce
 * the symmetric form.
 */
export function normalize(filter: ScaledFilter, normalization: Normalization): Scaling {
  filter.setScaling(noScaling);
  if (normalization === 'none') return noScaling;
  const factors = filter.filterOnes();
  for (let i = 0; i < factors.length; i++) {
    const sum = factors[i] + smallestSum;
    factors[i] = 1 / (normalization === 'symmetric' ? Math.sqrt(sum) : sum);
  }
  const scaling = {
    before: normalization === 'after' ? null : factors,
    after: normalization === 'before' ? null : factors,
  };
  filter.setScaling(scaling);
  return scaling;
}
