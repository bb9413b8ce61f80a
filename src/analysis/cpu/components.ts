// SPDX-License-Identifier: MIT

import { type Connectivity, type ImageSize, neighbourhood } from './neighbourhood.js';

/**
 * 1 + the first pixel, in raster order, of the connected component that a pixel belongs to; 0 for pixels in none.
 *  - 'values': neighbours are connected where they have the same value and it is not zero;
 *  - 'holes': where both are zero; what touches the edge of the image is no hole and gets 0.
 * By flooding each component from its first pixel.
 */
export function componentRoots(
  values: Uint32Array,
  size: ImageSize,
  connectivity: Connectivity,
  kind: 'values' | 'holes',
): Uint32Array {
  const { width, height } = size;
  const neighbours = neighbourhood(size, connectivity);
  const roots = new Uint32Array(values.length);
  const seen = new Uint8Array(values.length);
  const members = new Uint32Array(values.length);
  for (let first = 0; first < values.length; first++) {
    if (seen[first] || (values[first] === 0) !== (kind === 'holes')) continue;
    let count = 0;
    let touchesEdge = false;
    const take = (pixel: number) => {
      if (seen[pixel] || values[pixel] !== values[first]) return;
      seen[pixel] = 1;
      members[count++] = pixel;
      const x = pixel % width;
      touchesEdge ||= x === 0 || x === width - 1 || pixel < width || pixel >= width * (height - 1);
    };
    take(first);
    for (let done = 0; done < count; done++) neighbours(members[done], take);
    if (kind === 'holes' && touchesEdge) continue;
    for (let i = 0; i < count; i++) roots[members[i]] = first + 1;
  }
  return roots;
}
