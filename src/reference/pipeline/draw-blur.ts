// SPDX-License-Identifier: MIT

/** A Gaussian exp(-falloff·distance²) along one axis, cut off at `radius` and at the border, its weights made to sum to 1. [height, width, 4] */
export function drawBlur(
  source: Float32Array,
  { width, height }: { width: number; height: number },
  axis: 'x' | 'y',
  radius: number,
  falloff: number,
): Float32Array {
  const blurred = new Float32Array(source.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let weights = 0;
      const sum = [0, 0, 0, 0];
      for (let step = -radius; step <= radius; step++) {
        const [i, j] = axis === 'x' ? [x + step, y] : [x, y + step];
        if (i < 0 || j < 0 || i >= width || j >= height) continue;
        const weight = Math.exp(-falloff * step * step);
        weights += weight;
        for (let c = 0; c < 4; c++) sum[c] += weight * source[4 * (j * width + i) + c];
      }
      for (let c = 0; c < 4; c++) blurred[4 * (y * width + x) + c] = sum[c] / weights;
    }
  }
  return blurred;
}
