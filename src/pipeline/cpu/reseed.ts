// SPDX-License-Identifier: MIT

import type { Extent } from '../frames/plan.js';

/**
 * Prompts for another round, [label, y, x] in the cells of `size`: the seeds where one of them is 1, elsewhere the mean of the marginals over the
 * pixels in the cell. shaders/pipeline/reseed.wgsl has the formula.
 */
export function reseedPrompts(
  seeds: Float32Array,
  size: Extent,
  marginals: Float32Array,
  working: Extent,
): Float32Array {
  const cellCount = size.width * size.height;
  const pixelCount = working.width * working.height;
  const labelCount = seeds.length / cellCount;
  const columns = cellsOf(size.width, working.width);
  const lines = cellsOf(size.height, working.height);
  const prompts = new Float32Array(seeds.length);
  for (let cell = 0; cell < cellCount; cell++) {
    let isSure = false;
    for (let i = cell; i < seeds.length; i += cellCount) isSure ||= seeds[i] >= 1;
    const column = columns[cell % size.width];
    const line = lines[Math.floor(cell / size.width)];
    const area = (column.end - column.first) * (line.end - line.first);
    for (let label = 0; label < labelCount; label++) {
      const to = label * cellCount + cell;
      if (isSure) {
        prompts[to] = seeds[to];
        continue;
      }
      let sum = 0;
      for (let y = line.first; y < line.end; y++) {
        const row = label * pixelCount + y * working.width;
        for (let x = column.first; x < column.end; x++) sum += marginals[row + x];
      }
      prompts[to] = sum / area;
    }
  }
  return prompts;
}

/** Pixels whose centres are in a cell, or the one around the cell's centre: first..end - 1, by cell. */
function cellsOf(cells: number, pixels: number): { first: number; end: number }[] {
  return Array.from({ length: cells }, (_, cell) => {
    // (2·pixel + 1)·cells is at least 2·cell·pixels, and below that of the next cell.
    const first = Math.ceil(((2 * cell * pixels) / cells - 1) / 2);
    const end = Math.ceil(((2 * (cell + 1) * pixels) / cells - 1) / 2);
    if (end > first) return { first, end };
    const middle = Math.floor(((2 * cell + 1) * pixels) / (2 * cells));
    return { first: middle, end: middle + 1 };
  });
}
