// SPDX-License-Identifier: MIT

/** Pixels that are moved at once: their rows stay in the cache while label after label is written. */
const tile = 256;

/** [label, pixel] to [pixel, label]; `factor` multiplies every value. */
export function planarToRows(
  planar: Float32Array,
  pixelCount: number,
  labelCount: number,
  factor: number,
  rows: Float32Array,
): void {
  for (let begin = 0; begin < pixelCount; begin += tile) {
    const end = Math.min(begin + tile, pixelCount);
    for (let label = 0; label < labelCount; label++) {
      const plane = label * pixelCount;
      for (let pixel = begin; pixel < end; pixel++) {
        rows[pixel * labelCount + label] = factor * planar[plane + pixel];
      }
    }
  }
}

/** [pixel, label] to [label, pixel]. */
export function rowsToPlanar(rows: Float32Array, pixelCount: number, labelCount: number, planar: Float32Array): void {
  for (let begin = 0; begin < pixelCount; begin += tile) {
    const end = Math.min(begin + tile, pixelCount);
    for (let label = 0; label < labelCount; label++) {
      const plane = label * pixelCount;
      for (let pixel = begin; pixel < end; pixel++) {
        planar[plane + pixel] = rows[pixel * labelCount + label];
      }
    }
  }
}
