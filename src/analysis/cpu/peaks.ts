// SPDX-License-Identifier: MIT

import { floodOrder, PixelSets, turnsOf } from './basins.js';
import { type Connectivity, type ImageSize, neighbourhood } from './neighbourhood.js';

/**
 * Peaks of a relief (0 is outside) that stand at least `height` above the highest saddle by which one gets from them to a higher peak:
 * the maxima whose dynamics is at least `height` (Grimaud, "A new measure of contrast: dynamics", 1992), which an h-maxima filter keeps.
 * The highest of a connected part always is one; among equals the first in raster order is the higher. `height` is 1 or more.
 *
 * Gives 1 + the pixel at a peak, 0 elsewhere. By flooding from above: where two sets meet, the lower peak's saddle is found.
 */
export function peakRoots(
  relief: Uint32Array,
  height: number,
  size: ImageSize,
  connectivity: Connectivity,
): Uint32Array {
  const order = floodOrder(relief, new Uint32Array(relief.length));
  const turns = turnsOf(order, relief.length);
  const neighbours = neighbourhood(size, connectivity);
  // A set is known by its peak.
  const sets = new PixelSets(relief.length);
  const roots = new Uint32Array(relief.length);
  for (const pixel of order) {
    let own = pixel;
    neighbours(pixel, (other) => {
      if (relief[other] === 0 || turns[other] > turns[pixel]) return;
      const met = sets.find(other);
      if (met === own) return;
      const [higher, lower] = turns[met] < turns[own] ? [met, own] : [own, met];
      if (relief[lower] - relief[pixel] >= height) roots[lower] = lower + 1;
      sets.join(lower, higher);
      own = higher;
    });
  }
  for (const pixel of order) if (sets.find(pixel) === pixel) roots[pixel] = pixel + 1;
  return roots;
}
