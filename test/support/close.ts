// SPDX-License-Identifier: MIT

type Numbers = ArrayLike<number>;

export interface CloseOptions {
  /** The largest absolute difference that is allowed. Default 1e-6. */
  tolerance?: number;
  /** Lengths of the axes, slowest first, so that the report names a coordinate, not only an index. */
  shape?: readonly number[];
}

export interface Difference {
  maximum: number;
  mean: number;
  /** Where the maximum is. -1 for empty arrays. */
  worstIndex: number;
  /** How many elements differ by more than the tolerance. */
  countAbove: number;
}

/**
 * Compares element by element. A NaN on either side, or an infinity that the other side doesn't
 * have, is an infinite difference: no tolerance covers it.
 */
export function differenceOf(actual: Numbers, expected: Numbers, tolerance = 0): Difference {
  let maximum = 0;
  let sum = 0;
  let worstIndex = actual.length > 0 ? 0 : -1;
  let countAbove = 0;
  for (let i = 0; i < actual.length; i++) {
    const same = actual[i] === expected[i];
    const raw = Math.abs(actual[i] - expected[i]);
    const distance = Number.isNaN(raw) ? Number.POSITIVE_INFINITY : raw;
    const difference = same ? 0 : distance;
    sum += difference;
    if (difference > tolerance) countAbove++;
    if (difference > maximum) {
      maximum = difference;
      worstIndex = i;
    }
  }
  return { maximum, mean: actual.length > 0 ? sum / actual.length : 0, worstIndex, countAbove };
}

/** The matcher behind `expect(actual).toBeAllClose(expected, { tolerance, shape })`. */
export function toBeAllClose(
  actual: Numbers,
  expected: Numbers,
  options: CloseOptions = {},
): { pass: boolean; message: () => string } {
  const { tolerance = 1e-6, shape } = options;
  if (actual.length !== expected.length) {
    return {
      pass: false,
      message: () => `expected ${expected.length} elements, got ${actual.length}`,
    };
  }
  const difference = differenceOf(actual, expected, tolerance);
  const { maximum, mean, worstIndex, countAbove } = difference;
  return {
    pass: countAbove === 0,
    message: () => {
      const place = shape ? `[${coordinates(worstIndex, shape).join(', ')}]` : `[${worstIndex}]`;
      return [
        `largest difference ${maximum} at ${place}: got ${actual[worstIndex]}, expected ${expected[worstIndex]}`,
        `${countAbove} of ${actual.length} elements are more than ${tolerance} away; mean difference ${mean}`,
      ].join('\n');
    },
  };
}

function coordinates(index: number, shape: readonly number[]): number[] {
  const result: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return result;
}
