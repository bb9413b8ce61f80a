// SPDX-License-Identifier: MIT

/** Width and height in pixels, and the picture's colours by channel, each [y, x] on 0..255. */
export interface ColourPlane {
  width: number;
  height: number;
  channels: readonly Float32Array[];
}

/** What a way costs: a pixel of length, and a step of 1 between two colours (Euclidean, red, green and blue on 0..255). */
export const cost = { length: 0.3, colour: 0.3 } as const;

/** A cost that no way is longer than which is worth going: along two sides, each step from black to white. */
export function longestWay({ width, height }: ColourPlane): number {
  return (width + height) * (cost.length + cost.colour * 442);
}

/** Distances are sorted into buckets of this width: a path within a bucket is followed until nothing gets nearer. */
const bucketWidth = 0.25;

/** Pixels from one to its neighbour along an edge, and over a corner. */
const straight = 1;
const diagonal = Math.SQRT2;

/**
 * Geodesic distance of each pixel to the nearest seed: the cost of the cheapest way there over neighbours, of eight; Infinity beyond `limit`. Ways
 * across edges are dear, so what looks alike and hangs together is near. By buckets instead of a heap (Dial, Comm. ACM 12(11), 1969).
 *
 * @param seeds pixels
 */
export function geodesicDistance(plane: ColourPlane, seeds: readonly number[], limit: number): Float32Array {
  const { width, height, channels } = plane;
  const [red, green, blue] = channels;
  const distances = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  const buckets: number[][] = [[...seeds]];
  for (const seed of seeds) distances[seed] = 0;
  const relax = (from: number, to: number, length: number) => {
    const r = red[from] - red[to];
    const g = green[from] - green[to];
    const b = blue[from] - blue[to];
    // Rounded as it is kept: what is compared with itself must not be nearer.
    const reached = Math.fround(
      distances[from] + cost.length * length + cost.colour * Math.sqrt(r * r + g * g + b * b),
    );
    if (reached >= distances[to] || reached > limit) return;
    distances[to] = reached;
    const bucket = Math.floor(reached / bucketWidth);
    const found = buckets[bucket];
    if (found) found.push(to);
    else buckets[bucket] = [to];
  };
  for (let index = 0; index < buckets.length; index++) {
    const bucket = buckets[index];
    if (!bucket) continue;
    for (let i = 0; i < bucket.length; i++) {
      const from = bucket[i];
      // It may have been reached by a shorter way meanwhile.
      if (Math.floor(distances[from] / bucketWidth) < index) continue;
      const x = from % width;
      const hasLeft = x > 0;
      const hasRight = x < width - 1;
      if (hasLeft) relax(from, from - 1, straight);
      if (hasRight) relax(from, from + 1, straight);
      if (from >= width) {
        relax(from, from - width, straight);
        if (hasLeft) relax(from, from - width - 1, diagonal);
        if (hasRight) relax(from, from - width + 1, diagonal);
      }
      if (from + width < distances.length) {
        relax(from, from + width, straight);
        if (hasLeft) relax(from, from + width - 1, diagonal);
        if (hasRight) relax(from, from + width + 1, diagonal);
      }
    }
    buckets[index] = [];
  }
  return distances;
}

/** Distance in pixels, within a tenth, to the nearest pixel where `isSite` is not 0; Infinity where there is none. Two passes (Borgefors, 1986). */
export function chamferDistance(isSite: Uint8Array, width: number): Float32Array {
  const distances = Float32Array.from(isSite, (site) => (site ? 0 : Number.POSITIVE_INFINITY));
  const last = distances.length - 1;
  // The second pass goes backwards: it is the first on the picture turned by half a turn.
  for (const turned of [false, true]) {
    const at = (pixel: number) => (turned ? last - pixel : pixel);
    let nearest = 0;
    const take = (neighbour: number, length: number) => {
      const distance = distances[at(neighbour)] + length;
      if (distance < nearest) nearest = distance;
    };
    for (let pixel = 0; pixel <= last; pixel++) {
      const x = pixel % width;
      nearest = distances[at(pixel)];
      if (x > 0) take(pixel - 1, straight);
      if (pixel >= width) {
        take(pixel - width, straight);
        if (x > 0) take(pixel - width - 1, diagonal);
        if (x < width - 1) take(pixel - width + 1, diagonal);
      }
      distances[at(pixel)] = nearest;
    }
  }
  return distances;
}
