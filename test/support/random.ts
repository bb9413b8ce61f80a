// SPDX-License-Identifier: MIT

/** Numbers in 0..1 that are the same in every run: a linear congruential generator (Numerical Recipes, chapter 7.1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function randomFloats(length: number, seed: number, scale = 1): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => scale * random());
}

/** Opaque RGBA noise. */
export function randomImage(pixelCount: number, seed: number): Uint8ClampedArray {
  const random = randomNumbers(seed);
  return Uint8ClampedArray.from({ length: 4 * pixelCount }, (_, i) => (i % 4 === 3 ? 255 : 256 * random()));
}

/** Rows of positive numbers that sum to 1, [rowCount, labelCount]. */
export function randomMarginals(rowCount: number, labelCount: number, seed: number): Float32Array {
  const rows = randomFloats(rowCount * labelCount, seed);
  for (let from = 0; from < rows.length; from += labelCount) {
    const row = rows.subarray(from, from + labelCount);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let label = 0; label < labelCount; label++) row[label] /= sum;
  }
  return rows;
}
