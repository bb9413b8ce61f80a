// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';
import { isFloat32Array } from './typed-arrays.js';

/**
 * Keys of lattice vertices are signed 16-bit numbers, here and in pydensecrf (which crashes where they overflow).
 * This check finds, before any work, the sigmas that would make features too large for them.
 */
const keyLimit = 32767;

/** One feature dimension: its values before the division by sigma, and where its sigma came from. */
export interface FeatureExtent {
  /** Smallest and largest value, in pixels or on 0..255. */
  minimum: number;
  maximum: number;
  sigma: number;
  /** Path of the sigma; dimensions that share one sigma share the path. */
  argument: string;
  /** The value the user gave, and how many of its units make one of sigma's. */
  given: unknown;
  unitsPerSigma: number;
}

/**
 * Largest |elevated coordinate| that leaves room for rounding to a simplex (d+1)/2, wrapping by d+1, the step to the
 * simplex' other vertices d, and the neighbours of those d: less than 4(d+1) together.
 */
function elevationLimit(featureDim: number): number {
  return keyLimit - 4 * (featureDim + 1);
}

/**
 * Coefficient of feature k in elevated coordinate j (0..featureDim): Adams, Baek and Davis 2010, with the scale
 * (d+1)·sqrt(2/3) that makes up for the blur. el_0 = Σ s_k F_k; el_j = Σ_{k≥j} s_k F_k - j·s_{j-1} F_{j-1}.
 */
function elevationCoefficient(featureDim: number, j: number, k: number): number {
  if (k < j - 1) return 0;
  const scale = ((featureDim + 1) * Math.sqrt(2 / 3)) / Math.sqrt((k + 1) * (k + 2));
  return k === j - 1 ? -j * scale : scale;
}

/** Throws on the sigma to blame, with the least value it may have, where a key could leave the 16-bit range. */
export function checkLatticeRange(extents: readonly FeatureExtent[]): void {
  const featureDim = extents.length;
  const limit = elevationLimit(featureDim);
  const paths = [...new Set(extents.map((extent) => extent.argument))];
  // reach of one sigma's dimensions in one elevated coordinate, on its positive and negative side
  const rows: number[][] = [];
  for (let j = 0; j <= featureDim; j++) {
    for (const side of [1, -1]) {
      rows.push(
        paths.map((path) =>
          extents.reduce((sum, extent, k) => {
            if (extent.argument !== path) return sum;
            const a = (side * elevationCoefficient(featureDim, j, k)) / extent.sigma;
            return sum + Math.max(a * extent.minimum, a * extent.maximum);
          }, 0),
        ),
      );
    }
  }
  const total = (row: number[]) => row.reduce((sum, reach) => sum + reach, 0);
  const worst = rows.reduce((a, b) => (total(b) > total(a) ? b : a));
  if (total(worst) <= limit) return;

  const blamed = worst.indexOf(Math.max(...worst));
  const extent = extents.find((candidate) => candidate.argument === paths[blamed]);
  if (extent === undefined) return;
  // Growing this sigma alone may do; otherwise all of them have to grow by one factor.
  const alone = Math.max(
    ...rows.map((row) => {
      const rest = total(row) - row[blamed];
      if (row[blamed] <= 0) return rest > limit ? Number.POSITIVE_INFINITY : 0;
      return rest >= limit ? Number.POSITIVE_INFINITY : row[blamed] / (limit - rest);
    }),
  );
  const reason = 'so that lattice keys stay in 16 bits';
  if (isFloat32Array(extent.given)) {
    const factor = roundUp(total(worst) / limit);
    throw new ArgumentError(
      extent.argument,
      extent.given,
      `features divided by ${factor} or more, ${reason} (or method 'exact')`,
    );
  }
  const together = !Number.isFinite(alone);
  const factor = together ? total(worst) / limit : alone;
  const minimum = roundUp(extent.sigma * factor * extent.unitsPerSigma);
  const others = together ? ` and the other sigmas times ${roundUp(factor)}` : '';
  throw new ArgumentError(extent.argument, extent.given, `at least ${minimum}${others}, ${reason} (or method 'exact')`);
}

/** Three significant digits, never below the value. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.ceil(value / unit) * unit).toPrecision(3));
}
