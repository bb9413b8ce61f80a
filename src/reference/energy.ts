// SPDX-License-Identifier: MIT

import type { Energy } from '../problem/types.js';

/** Where Q log Q is cut off, as in pydensecrf. */
const smallestMarginal = 1e-20;

/**
 * The three sums of the KL divergence between Q and the CRF's distribution, up to log Z: Krähenbühl and Koltun 2011,
 * mean field approximation. The pairwise term counts every pair twice, as pydensecrf prints it.
 *
 * @param marginals Q, [pixelCount, channelCount]; 0 in channels that are no label
 * @param negatedUnary -unary, in the same layout; -infinity in channels that are no label
 * @param messages sum of all kernels' messages for this Q, in the same layout
 */
export function energyOf(marginals: Float32Array, negatedUnary: Float32Array, messages: Float32Array): Energy {
  let entropyTerm = 0;
  let unaryTerm = 0;
  let pairwiseTerm = 0;
  for (let i = 0; i < marginals.length; i++) {
    const q = marginals[i];
    // Adds nothing, also where the energy is infinite.
    if (q === 0) continue;
    entropyTerm += q * Math.log(Math.max(q, smallestMarginal));
    unaryTerm -= q * negatedUnary[i];
    pairwiseTerm -= q * messages[i];
  }
  return { entropyTerm, unaryTerm, pairwiseTerm, kl: entropyTerm + unaryTerm + pairwiseTerm };
}
