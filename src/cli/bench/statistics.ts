// SPDX-License-Identifier: MIT

/** Several measurements of one thing. */
export interface Spread {
  median: number;
  minimum: number;
  maximum: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2,
    minimum: sorted[0],
    maximum: sorted[sorted.length - 1],
  };
}

/** Of times, where all could be measured. */
export function spreadIfAll(values: readonly (number | undefined)[]): Spread | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length && known.length > 0 ? spreadOf(known) : null;
}
