// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { readProperties } from '../../problem/reading.js';
import { type Extent, largestFrameSide } from '../frames/plan.js';

/** What follows the network: the dense CRF, the guided filter, or nothing. */
export type Refinement = 'crf' | 'guided' | 'none';

export const refinements = ['crf', 'guided', 'none'] as const satisfies readonly Refinement[];

/** Of the working size's long side: what was best for the network `person` on 40 street photos of 420 pixels, 8. */
const radiusShare = 0.02;

/** Sums of products of bytes over a larger window would not fit 32 bits on the GPU. */
const largestRadius = 127;

/** The best there too. */
const epsilon = 1e-4;

/**
 * How `refinement: 'guided'` filters marginals of one size: `softAlpha`'s radius in pixels, and its epsilon. Each label's is filtered by itself, and
 * the results are made probabilities again. Throws ArgumentError.
 */
export function guidedFilterSettings(size: Extent): { radius: number; epsilon: number } {
  const { width, height } = readProperties('size', size, ['width', 'height']);
  const longSide = Math.max(
    checkInteger('size.width', width, 1, largestFrameSide),
    checkInteger('size.height', height, 1, largestFrameSide),
  );
  return { radius: Math.min(largestRadius, Math.max(1, Math.round(radiusShare * longSide))), epsilon };
}
