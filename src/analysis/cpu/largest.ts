// SPDX-License-Identifier: MIT

/** The largest value. */
export function largest(values: Uint32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
