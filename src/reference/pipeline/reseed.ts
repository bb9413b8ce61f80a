// SPDX-License-Identifier: MIT

interface Extent {
  width: number;
  height: number;
}

/**
 * Prompts, [label, y, x] in the cells of `size`: the seeds where one of them is 1, elsewhere the mean of the marginals over the pixels
 * whose centres are in the cell, or the pixel around the cell's centre where there are none.
 */
export function reseed(seeds: Float32Array, size: Extent, marginals: Float32Array, working: Extent): Float32Array {
  const cellCount = size.width * size.height;
  const pixelCount = working.width * working.height;
  const labelCount = seeds.length / cellCount;
  return Float32Array.from(seeds, (seed, item) => {
    const cell = item % cellCount;
    for (let label = 0; label < labelCount; label++) if (seeds[label * cellCount + cell] >= 1) return seed;
    const columns = pixelsIn(cell % size.width, size.width, working.width);
    const lines = pixelsIn(Math.floor(cell / size.width), size.height, working.height);
    let sum = 0;
    for (const y of lines) {
      for (const x of columns) sum += marginals[Math.floor(item / cellCount) * pixelCount + y * working.width + x];
    }
    return sum / (columns.length * lines.length);
  });
}

function pixelsIn(cell: number, cells: number, pixels: number): number[] {
  const inside = Array.from({ length: pixels }, (_unused, pixel) => pixel).filter((pixel) => {
    const centre = (2 * pixel + 1) * cells;
    return centre >= 2 * cell * pixels && centre < 2 * (cell + 1) * pixels;
  });
  return inside.length > 0 ? inside : [Math.floor(((2 * cell + 1) * pixels) / (2 * cells))];
}
