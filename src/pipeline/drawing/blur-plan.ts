// SPDX-License-Identifier: MIT

/** How a blur of one standard deviation is computed. */
export interface BlurPlan {
  /** The Gaussian is applied to the frame made 2^exponent times smaller. */
  exponent: number;
  /** In pixels of that size. */
  sigma: number;
  radius: number;
}

/**
 * Halving until the Gaussian is 2 to 4 pixels wide keeps it to at most 25 samples an axis, whatever its width. Boxes of f pixels and bilinear
 * interpolation between them blur by a variance of f²/12 + f²/6 themselves, which is left out of the Gaussian.
 */
export function planBlur(sigmaXY: number, levelCount: number): BlurPlan {
  const exponent = Math.max(1, Math.min(levelCount, Math.floor(Math.log2(sigmaXY / 2))));
  const sigma = Math.sqrt(Math.max(0, (sigmaXY / 2 ** exponent) ** 2 - 1 / 4));
  return { exponent, sigma, radius: Math.ceil(3 * sigma) };
}
