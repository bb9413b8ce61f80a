// SPDX-License-Identifier: MIT

/**
 * The largest softmax(-unary) of each label over all pixels, [labelCount]. At a pixel with a value that is not finite every label
 * counts as 1: it is unknown and might become any.
 *
 * @param energies unary energies at full size, [label, y, x]: what `unaryEnergies` gives
 */
export function labelMaxima(energies: Float32Array, labelCount: number): Float32Array {
  const pixelCount = energies.length / labelCount;
  const maxima = new Float32Array(labelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const row = Array.from({ length: labelCount }, (_, label) => energies[label * pixelCount + pixel]);
    const known = row.every(Number.isFinite);
    const lowest = Math.min(...row);
    const weights = row.map((energy) => Math.exp(lowest - energy));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, label) => {
      maxima[label] = Math.max(maxima[label], known ? weight / sum : 1);
    });
  }
  return maxima;
}
