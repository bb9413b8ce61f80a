// SPDX-License-Identifier: MIT

/** Pixels that are moved at once: their rows stay in the cache while label after label is written. */
const tile = 256;

/** [label, pixel] to [pixel, channel]; `factor` multiplies every value. Channels past the labels are left alone. */
export function planarToRows(
  planar: Float32Array,
  pixelCount: number,
  labelCount: number,
  channelCount: number,
  factor: number,
  rows: Float32Array,
): void {
  for (let begin = 0; begin < pixelCount; begin += tile) {
    const end = Math.min(begin + tile, pixelCount);
    for (let label = 0; label < labelCount; label++) {
      const plane = label * pixelCount;
      for (let pixel = begin; pixel < end; pixel++) {
        rows[pixel * channelCount + label] = factor * planar[plane + pixel];
      }
    }
  }
}

/** [pixel, channel] to [label, pixel]. */
export function rowsToPlanar(
  rows: Float32Array,
  pixelCount: number,
  labelCount: number,
  channelCount: number,
  planar: Float32Array,
): void {
  for (let begin = 0; begin < pixelCount; begin += tile) {
    const end = Math.min(begin + tile, pixelCount);
    for (let label = 0; label < labelCount; label++) {
      const plane = label * pixelCount;
      for (let pixel = begin; pixel < end; pixel++) {
        planar[plane + pixel] = rows[pixel * channelCount + label];
      }
    }
  }
}
