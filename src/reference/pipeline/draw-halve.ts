// SPDX-License-Identifier: MIT

/** A quarter of the sum of 2×2 pixels, what is beyond the border being nothing: [⌈height/2⌉, ⌈width/2⌉, 4] of [height, width, 4]. */
export function drawHalve(source: Float32Array, width: number, height: number): Float32Array {
  const halfWidth = Math.ceil(width / 2);
  const halved = new Float32Array(4 * halfWidth * Math.ceil(height / 2));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 4 * ((y >> 1) * halfWidth + (x >> 1));
      for (let c = 0; c < 4; c++) halved[to + c] += source[4 * (y * width + x) + c] / 4;
    }
  }
  return halved;
}
