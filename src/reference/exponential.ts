// SPDX-License-Identifier: MIT

/** Below this e^x is no normal float32 any more; the result is 0. */
const smallestExponent = -87.3;

/** 2^n for n = -127..0, at [n + 127]. */
const powersOfTwo = Float64Array.from({ length: 128 }, (_, i) => 2 ** (i - 127));

/**
 * e^x for x <= 0 to a relative error below 1e-9, or 0 below -87.3. Built of additions, multiplications and a table of
 * exact powers of two, so that every engine gives the same bits (Math.exp may differ from one to the next).
 */
export function exponential(x: number): number {
  if (!(x > smallestExponent)) return 0;
  const n = Math.round(x * Math.LOG2E);
  const r = x - n * Math.LN2;
  // Taylor's polynomial: |r| <= ln2/2, so the next term, r^8/8!, is below 6e-9.
  const polynomial =
    1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))))));
  return polynomial * powersOfTwo[n + 127];
}
