// SPDX-License-Identifier: MIT

/** Numbers in 0..1 (1 excluded) from a seed: mulberry32 by Tommy Ettinger, public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 0..length-1 in random order (Fisher and Yates). */
export function permutation(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** Distances between points that may be spent on finding a well spread design. */
const distanceBudget = 4e6;

/**
 * Points that fill the unit cube evenly: of several Latin hypercubes (McKay, Beckman and Conover 1979), which have one point in each of `count`
 * slices along every axis, the one whose nearest two points are farthest apart (Johnson, Moore and Ylvisaker 1990).
 */
export function spacedPoints(count: number, dimensions: number, random: () => number): number[][] {
  const draws = Math.min(64, Math.max(1, Math.floor(distanceBudget / count ** 2)));
  let best: { points: number[][]; distance: number } | undefined;
  for (let draw = 0; draw < draws; draw++) {
    const points = latinHypercube(count, dimensions, random);
    const distance = draws === 1 ? 0 : nearestPair(points);
    if (!best || distance > best.distance) best = { points, distance };
  }
  return best?.points ?? [];
}

function latinHypercube(count: number, dimensions: number, random: () => number): number[][] {
  const slices = Array.from({ length: dimensions }, () => permutation(count, random));
  return Array.from({ length: count }, (_, n) => slices.map((order) => (order[n] + random()) / count));
}

/** Squared distance. */
function nearestPair(points: readonly (readonly number[])[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, point] of points.entries()) {
    for (let other = 0; other < index; other++) {
      const squared = point.reduce((sum, value, axis) => sum + (value - points[other][axis]) ** 2, 0);
      nearest = Math.min(nearest, squared);
    }
  }
  return nearest;
}
