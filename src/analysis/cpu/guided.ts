// SPDX-License-Identifier: MIT

import { GuidedFilter } from '../../cpu/guided-filter.js';
import type { ImageSize } from './neighbourhood.js';

/** Steps of the probability in 0..1: the GPU sums whole numbers. */
const probabilitySteps = 65535;

/**
 * The guided filter of a probability, in double precision. `rgba` is [pixelCount, 4] bytes, `probability` is in 0..1 and rounded to 16 bits; what is
 * no number counts as 0. Gives alpha in 0..1.
 */
export function guidedAlpha(
  rgba: Uint8Array | Uint8ClampedArray,
  probability: Float32Array,
  size: ImageSize,
  radius: number,
  epsilon: number,
): Float32Array {
  const filter = new GuidedFilter(size, radius, (length) => new Float64Array(length));
  const p = Float64Array.from(probability, (value) =>
    Number.isFinite(value)
      ? Math.floor(Math.fround(Math.min(1, Math.max(0, value)) * probabilitySteps) + 0.5) / probabilitySteps
      : 0,
  );
  filter.setGuide(rgba, epsilon);
  const alpha = new Float32Array(p.length);
  filter.filter(p, alpha);
  return alpha;
}

/** Alpha, but 0 where a trimap says 0 and 1 where it says 2. */
export function withTrimap(alpha: Float32Array, trimap: Uint32Array): Float32Array {
  return alpha.map((value, pixel) => (trimap[pixel] === 1 ? value : trimap[pixel] / 2));
}
