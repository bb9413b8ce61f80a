// SPDX-License-Identifier: MIT

import type { WorkingSize } from './draw-guide.js';

/** Working pixels within which the lowest and highest coarse opacity are taken. */
const reach = 4;

/**
 * (sure foreground, sure background, lowest and highest coarse opacity near) a working pixel, [height, width, 4]. Sure is what the least sure
 * of 3×3 pixels is; near is within 4 pixels on each axis. `guide` is [height, width, 4], the coarse opacity last.
 */
export function drawEdges(guide: Float32Array, { width, height }: WorkingSize): Float32Array {
  const opacities = (x: number, y: number, radius: number): number[] => {
    const found: number[] = [];
    for (let j = y - radius; j <= y + radius; j++) {
      for (let i = x - radius; i <= x + radius; i++) {
        if (i >= 0 && j >= 0 && i < width && j < height) found.push(guide[4 * (j * width + i) + 3]);
      }
    }
    return found;
  };
  const edges = new Float32Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [near, around] = [opacities(x, y, 1), opacities(x, y, reach)];
      edges.set(
        [Math.min(...near), 1 - Math.max(...near), Math.min(...around), Math.max(...around)],
        4 * (y * width + x),
      );
    }
  }
  return edges;
}
