// SPDX-License-Identifier: MIT

/** Where the colour model works: blocks of `factor`² pixels of the picture. */
export interface Shrinking {
  factor: number;
  /** Of the picture. */
  width: number;
  height: number;
  /** Of the shrunken one; the last column and row may be of smaller blocks. */
  columns: number;
  rows: number;
}

export function planShrinking(width: number, height: number, longSide: number): Shrinking {
  const factor = Math.max(1, Math.round(Math.max(width, height) / longSide));
  return { factor, width, height, columns: Math.ceil(width / factor), rows: Math.ceil(height / factor) };
}

/** Means over blocks, [block, channel], of [y, x, channel] values. */
export function blockMeans(plan: Shrinking, values: ArrayLike<number>, channels: number): Float32Array {
  const { factor, width, height, columns } = plan;
  const means = new Float32Array(columns * plan.rows * channels);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor);
    const blockHeight = Math.min(factor, height - row * factor);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / factor);
      const share = 1 / (blockHeight * Math.min(factor, width - column * factor));
      const block = (row * columns + column) * channels;
      const pixel = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) means[block + channel] += share * values[pixel + channel];
    }
  }
  return means;
}

/** Bilinear, from blocks back to pixels: block centres are the samples. */
export function enlarge(plan: Shrinking, blocks: Float32Array, enlarged: Float32Array): void {
  const { factor, width, height, columns, rows } = plan;
  for (let y = 0; y < height; y++) {
    const alongY = Math.min(rows - 1, Math.max(0, (y + 0.5) / factor - 0.5));
    const row = Math.floor(alongY);
    const below = Math.min(rows - 1, row + 1);
    const shareBelow = alongY - row;
    for (let x = 0; x < width; x++) {
      const alongX = Math.min(columns - 1, Math.max(0, (x + 0.5) / factor - 0.5));
      const column = Math.floor(alongX);
      const right = Math.min(columns - 1, column + 1);
      const shareRight = alongX - column;
      const above = blocks[row * columns + column] * (1 - shareRight) + blocks[row * columns + right] * shareRight;
      const under = blocks[below * columns + column] * (1 - shareRight) + blocks[below * columns + right] * shareRight;
      enlarged[y * width + x] = above * (1 - shareBelow) + under * shareBelow;
    }
  }
}
