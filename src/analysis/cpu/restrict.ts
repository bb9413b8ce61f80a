// SPDX-License-Identifier: MIT

/** Values where the mask is not zero; 0 elsewhere. */
export function restrict(values: Uint32Array, mask: Uint32Array): Uint32Array {
  return values.map((value, pixel) => (mask[pixel] === 0 ? 0 : value));
}
