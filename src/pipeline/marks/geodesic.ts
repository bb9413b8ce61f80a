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
export function longestWay({ width, height }: { width: number; height: number }): number {
  return (width + height) * (cost.length + cost.colour * 442);
}

/** Distances are sorted into buckets of this width: a path within a bucket is followed until nothing gets nearer. */
const bucketWidth = 0.25;

/** Pixels from one to its neighbour along an edge, and over a corner. */
const straight = 1;
const diagonal = Math.SQRT2;

/** To a pixel's right, lower right, lower and lower left neighbour. The other four are these, seen from there. */
const directions = [
  { x: 1, y: 0, length: straight },
  { x: 1, y: 1, length: diagonal },
  { x: 0, y: 1, length: straight },
  { x: -1, y: 1, length: diagonal },
] as const;

/** More buckets than the longest step between two neighbours passes over: they are used in turns. */
const bucketCount = 2 ** Math.ceil(Math.log2((cost.length * diagonal + cost.colour * 442) / bucketWidth + 2));

/** What each step costs on a picture. It has a margin of one pixel, into which no step leads: so none must be checked. */
export interface Steps {
  width: number;
  height: number;
  /** By direction: [y, x] with the margin. */
  costs: readonly Float32Array[];
}

export function stepsOn({ width, height, channels: [red, green, blue] }: ColourPlane): Steps {
  const stride = width + 2;
  const costs = directions.map(({ x: right, y: down, length }) => {
    const steps = new Float32Array(stride * (height + 2)).fill(Number.POSITIVE_INFINITY);
    for (let y = 0; y < height - down; y++) {
      for (let x = Math.max(0, -right); x < width - Math.max(0, right); x++) {
        const from = y * width + x;
        const to = from + down * width + right;
        const [r, g, b] = [red[from] - red[to], green[from] - green[to], blue[from] - blue[to]];
        const change = Math.sqrt(r * r + g * g + b * b);
        steps[(y + 1) * stride + x + 1] = cost.length * length + cost.colour * change;
      }
    }
    return steps;
  });
  return { width, height, costs };
}

/**
 * Geodesic distance of each pixel to the nearest seed: the cost of the cheapest way there over neighbours, of eight; Infinity beyond `limit`. Ways
 * across edges are dear, so what looks alike and hangs together is near. By buckets instead of a heap (Dial, Comm. ACM 12(11), 1969).
 *
 * @param seeds pixels
 */
export function geodesicDistance(
  { width, height, costs }: Steps,
  seeds: readonly number[],
  limit: number,
): Float32Array {
  const stride = width + 2;
  const distances = new Float32Array(stride * (height + 2)).fill(Number.POSITIVE_INFINITY);
  const buckets = Array.from({ length: bucketCount }, (): number[] => []);
  for (const seed of seeds) {
    const place = (Math.floor(seed / width) + 1) * stride + (seed % width) + 1;
    distances[place] = 0;
    buckets[0].push(place);
  }
  const offsets = directions.map(({ x, y }) => y * stride + x);
  let waiting = seeds.length;
  const reach = (to: number, distance: number) => {
    // Rounded as it is kept: what is compared with itself must not be nearer.
    const reached = Math.fround(distance);
    if (reached >= distances[to] || reached > limit) return;
    distances[to] = reached;
    buckets[Math.floor(reached / bucketWidth) % bucketCount].push(to);
    waiting++;
  };
  for (let index = 0; waiting > 0; index++) {
    const bucket = buckets[index % bucketCount];
    for (let i = 0; i < bucket.length; i++) {
      const from = bucket[i];
      const distance = distances[from];
      // It may have been reached by a shorter way meanwhile.
      if (Math.floor(distance / bucketWidth) < index) continue;
      for (let direction = 0; direction < 4; direction++) {
        const steps = costs[direction];
        const before = from - offsets[direction];
        reach(from + offsets[direction], distance + steps[from]);
        reach(before, distance + steps[before]);
      }
    }
    waiting -= bucket.length;
    bucket.length = 0;
  }
  return withoutMargin(distances, width, height);
}

function withoutMargin(values: Float32Array, width: number, height: number): Float32Array {
  const inner = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const first = (y + 1) * (width + 2) + 1;
    inner.set(values.subarray(first, first + width), y * width);
  }
  return inner;
}

/** Distance in pixels, within a tenth, to the nearest pixel where `isSite` is not 0; Infinity where there is none. Two passes (Borgefors, 1986). */
export function chamferDistance(isSite: Uint8Array, width: number): Float32Array {
  const height = isSite.length / width;
  const stride = width + 2;
  const distances = new Float32Array(stride * (height + 2)).fill(Number.POSITIVE_INFINITY);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isSite[y * width + x]) distances[(y + 1) * stride + x + 1] = 0;
  }
  // The second pass goes backwards: it is the first on the picture turned by half a turn.
  for (const step of [1, -1]) {
    const [before, above] = [-step, -step * stride];
    for (let row = 1; row <= height; row++) {
      for (let column = 1; column <= width; column++) {
        const at = step > 0 ? row * stride + column : (height + 1 - row) * stride + width + 1 - column;
        distances[at] = Math.min(
          distances[at],
          distances[at + before] + straight,
          distances[at + above] + straight,
          distances[at + above - 1] + diagonal,
          distances[at + above + 1] + diagonal,
        );
      }
    }
  }
  return withoutMargin(distances, width, height);
}
