// SPDX-License-Identifier: MIT

import { floatsOf } from './scene.js';

/** Working pixels within which the lowest and highest coarse opacity are taken: shaders/pipeline/draw-edges.wgsl. */
const reach = 4;

/**
 * (sure foreground, sure background, lowest and highest coarse opacity near) a working pixel, [height, width, 4]. Sure is what the least
 * sure of 3×3 pixels is.
 */
export class Edges {
  pixels = new Float32Array();
  private rows = new Float32Array();

  /** @param guide [height, width, 4], the coarse opacity last */
  take(guide: Float32Array, width: number, height: number): void {
    const length = 4 * width * height;
    this.pixels = floatsOf(length, this.pixels);
    this.rows = floatsOf(length, this.rows);
    const { pixels, rows } = this;
    // Lowest and highest within 1 and within `reach` along the row, then of those along the column.
    for (let y = 0; y < height; y++) {
      const line = 4 * y * width;
      for (let x = 0; x < width; x++) {
        const to = line + 4 * x;
        let [lowest, highest] = [1, 0];
        for (let at = Math.max(x - 1, 0); at <= Math.min(x + 1, width - 1); at++) {
          const coarse = guide[line + 4 * at + 3];
          if (coarse < lowest) lowest = coarse;
          if (coarse > highest) highest = coarse;
        }
        rows[to] = lowest;
        rows[to + 1] = highest;
        for (let at = Math.max(x - reach, 0); at <= Math.min(x + reach, width - 1); at++) {
          const coarse = guide[line + 4 * at + 3];
          if (coarse < lowest) lowest = coarse;
          if (coarse > highest) highest = coarse;
        }
        rows[to + 2] = lowest;
        rows[to + 3] = highest;
      }
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = 4 * (y * width + x);
        let [lowest, highest] = [1, 0];
        for (let at = Math.max(y - 1, 0); at <= Math.min(y + 1, height - 1); at++) {
          const from = 4 * (at * width + x);
          if (rows[from] < lowest) lowest = rows[from];
          if (rows[from + 1] > highest) highest = rows[from + 1];
        }
        pixels[to] = lowest;
        pixels[to + 1] = 1 - highest;
        for (let at = Math.max(y - reach, 0); at <= Math.min(y + reach, height - 1); at++) {
          const from = 4 * (at * width + x);
          if (rows[from + 2] < lowest) lowest = rows[from + 2];
          if (rows[from + 3] > highest) highest = rows[from + 3];
        }
        pixels[to + 2] = lowest;
        pixels[to + 3] = highest;
      }
    }
  }
}
