// SPDX-License-Identifier: MIT

import { type Connectivity, type ImageSize, neighbourhood } from './neighbourhood.js';

/**
 * Pixels of a relief (0 is outside) in the order in which they are flooded: highest first; among equals those nearer to a seed,
 * then in raster order.
 */
export function floodOrder(relief: Uint32Array, nearness: Uint32Array): Uint32Array {
  const inside: number[] = [];
  relief.forEach((value, pixel) => {
    if (value > 0) inside.push(pixel);
  });
  return Uint32Array.from(inside).sort((a, b) => relief[b] - relief[a] || nearness[a] - nearness[b] || a - b);
}

/** Sets of pixels, each known by one of them. */
export class PixelSets {
  private readonly parents: Uint32Array;

  constructor(pixelCount: number) {
    this.parents = Uint32Array.from({ length: pixelCount }, (_unused, pixel) => pixel);
  }

  find(pixel: number): number {
    const { parents } = this;
    let at = pixel;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }

  /** What `joined` knows as its own set is from now on that of `into`; both must be the ones that `find` gives. */
  join(joined: number, into: number): void {
    this.parents[joined] = into;
  }
}

/**
 * Watershed: the minimum spanning forest rooted in the seeds (Cousty, Bertrand, Najman and Couprie, PAMI 2009) by Kruskal's algorithm.
 * Pixels come in `floodOrder`. Each takes its edges to the neighbours that came before it, in the order in which those came;
 * an edge joins two sets unless both have a seed.
 *
 * `seeds` are ids, 0 for none; `nearness` is the squared distance to the nearest seed. Gives the id that reaches a pixel, 0 where none does.
 */
export function basins(
  relief: Uint32Array,
  seeds: Uint32Array,
  nearness: Uint32Array,
  size: ImageSize,
  connectivity: Connectivity,
): Uint32Array {
  const order = floodOrder(relief, nearness);
  const turns = turnsOf(order, relief.length);
  const neighbours = neighbourhood(size, connectivity);
  const sets = new PixelSets(relief.length);
  const seedOf = seeds.map((seed) => (seed <= seeds.length ? seed : 0));
  for (const pixel of order) {
    const earlier: number[] = [];
    neighbours(pixel, (other) => {
      if (relief[other] > 0 && turns[other] < turns[pixel]) earlier.push(other);
    });
    earlier.sort((a, b) => turns[a] - turns[b]);
    for (const other of earlier) {
      const a = sets.find(pixel);
      const b = sets.find(other);
      if (a === b || (seedOf[a] > 0 && seedOf[b] > 0)) continue;
      sets.join(a, b);
      seedOf[b] ||= seedOf[a];
    }
  }
  return seeds.map((_seed, pixel) => (relief[pixel] > 0 ? seedOf[sets.find(pixel)] : 0));
}

/** Each pixel's place in an order. */
export function turnsOf(order: Uint32Array, pixelCount: number): Uint32Array {
  const turns = new Uint32Array(pixelCount).fill(0xffffffff);
  order.forEach((pixel, turn) => {
    turns[pixel] = turn;
  });
  return turns;
}
