// SPDX-License-Identifier: MIT

/**
 * sf_j = (d + 1)·sqrt(2/3)/sqrt((j + 1)(j + 2)), by which feature j is multiplied before it is elevated onto the lattice's plane:
 * Adams, Baek and Davis 2010, section 3.1, with the scale that makes up for the blur. Rounded to float32 as pydensecrf rounds it:
 * one rounding difference at a tie changes which vertices exist.
 *
 * @returns float32 [featureDim]
 */
export function elevationScales(featureDim: number): Float32Array {
  const deviation = Math.fround(Math.sqrt(2 / 3) * (featureDim + 1));
  return Float32Array.from({ length: featureDim }, (_, j) => (1 / Math.sqrt((j + 1) * (j + 2))) * deviation);
}
