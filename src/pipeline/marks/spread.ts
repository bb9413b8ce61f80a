// SPDX-License-Identifier: MIT

import { chamferDistance, geodesicDistance, longestWay, type Steps } from './geodesic.js';
import type { StrokeSeeds } from './stroke-seeds.js';

/**
 * Chosen on the even photos of the people of `npm run bench:marks`, from marks alone and over `person`.
 */
const recipe = {
  /** Cost up to which a stroke holds off strokes of other labels that come later. */
  hold: 150,
  /** Cost: between two strokes of different labels the nearer wins, but not within this. */
  softness: 3,
} as const;

/**
 * How far strokes spread, by who spoke before them. What a network leaves to correct is often thinner than a stroke, which then covers what was right as
 * well: only its middle is meant. Over `person` one click in twenty did harm where strokes began all over. From marks alone errors are large, and strokes that
 * began in the middle found too little.
 */
const spreading = {
  network: { depth: 0.8, leastRadius: 3, reach: 1.9 },
  marks: { depth: 0, leastRadius: 6, reach: 2.25 },
} as const satisfies Record<string, Spreading>;

interface Spreading {
  /** Strokes begin where they are so deep, in parts of their greatest depth. */
  depth: number;
  /** Pixels: the least inner radius of an error that is believed. */
  leastRadius: number;
  /** Cost that a stroke reaches for each pixel of the error's inner radius. */
  reach: number;
}

/** What is believed before the strokes. */
export interface Prior {
  /** Who says so. */
  by: keyof typeof spreading;
  labelCount: number;
  /** [label, pixel], summing to 1 over labels. */
  probabilities: Float32Array;
  /** The label that lies along the picture's edge, and what a way from there costs before it begins, where nothing but strokes says what there is. */
  edge: { label: number; cost: number } | undefined;
}

/**
 * Label probabilities [label, pixel] with strokes spread to what looks alike around them, one after the other, as a person corrects:
 *
 *   p_l ← (1 - a)·p_l + a for the stroke's label l, (1 - a)·p for the others
 *   a     exp(-(d/reach)²) / (1 + (d/d_other)²)
 *   d     geodesic distance from the stroke, d_other from the strokes of other labels before it
 *   reach grows with the error's radius: the stroke's mean distance to where its label was already
 *
 * So a click in the middle of a missed arm takes the arm and not the street behind it, and leaves alone what was right farther away. Geodesic
 * distances between strokes: Bai and Sapiro, ICCV 2007; clicks limited to their error: Lin et al., FocusCut, CVPR 2022.
 */
export function spreadStrokes(steps: Steps, strokes: readonly StrokeSeeds[], prior: Prior): Float32Array {
  const { labelCount, edge } = prior;
  const { depth, leastRadius, reach: reachOfRadius } = spreading[prior.by];
  const pixelCount = steps.width * steps.height;
  const probabilities = prior.probabilities.slice();
  const held: (Float32Array | undefined)[] = new Array(labelCount).fill(undefined);
  if (edge) held[edge.label] = distanceToEdge(steps).map((distance) => distance + edge.cost);
  for (const { label, pixels: covered } of strokes) {
    const pixels = middleOf(covered, steps, depth);
    const isRight = isLabel(probabilities, label, labelCount);
    const reach = reachOfRadius * errorRadius(steps, pixels, isRight, leastRadius, edge !== undefined);
    const limit = Math.max(2.5 * reach, recipe.hold);
    const distances = geodesicDistance(steps, pixels, limit);
    const other = nearest(held.filter((_, of) => of !== label));
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const distance = distances[pixel];
      if (distance > limit) continue;
      const ratio = other ? (distance + recipe.softness) / (other[pixel] + recipe.softness) : 0;
      const share = Math.exp(-((distance / reach) ** 2)) / (1 + ratio * ratio);
      for (let i = pixel; i < probabilities.length; i += pixelCount) probabilities[i] *= 1 - share;
      probabilities[label * pixelCount + pixel] += share;
    }
    held[label] = nearest([held[label], distances]);
  }
  return probabilities;
}

/** The least of some distances; undefined where there are none. */
function nearest(distances: readonly (Float32Array | undefined)[]): Float32Array | undefined {
  const known = distances.filter((some) => some !== undefined);
  if (known.length < 2) return known[0];
  const [first, ...others] = known;
  const least = first.slice();
  for (const some of others) {
    for (let pixel = 0; pixel < least.length; pixel++) if (some[pixel] < least[pixel]) least[pixel] = some[pixel];
  }
  return least;
}

/** Where the label is the likeliest one. */
function isLabel(probabilities: Float32Array, label: number, labelCount: number): Uint8Array {
  const pixelCount = probabilities.length / labelCount;
  const is = new Uint8Array(pixelCount).fill(1);
  const own = label * pixelCount;
  for (let first = 0; first < probabilities.length; first += pixelCount) {
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      if (probabilities[first + pixel] > probabilities[own + pixel]) is[pixel] = 0;
    }
  }
  return is;
}

/** Those of a stroke's pixels that lie so deep in it, in parts of the deepest one's distance from what is not marked. */
function middleOf(pixels: readonly number[], { width, height }: Steps, depth: number): readonly number[] {
  if (depth === 0) return pixels;
  const isOutside = new Uint8Array(width * height).fill(1);
  for (const pixel of pixels) isOutside[pixel] = 0;
  const depths = chamferDistance(isOutside, width);
  const deepest = pixels.reduce((most, pixel) => Math.max(most, depths[pixel]), 0);
  return pixels.filter((pixel) => depths[pixel] >= depth * deepest);
}

/**
 * Pixels from the stroke to where its label is, or to the picture's edge, in the mean. A first stroke that only strokes hold off reaches as far as
 * they let it.
 */
function errorRadius(
  { width, height }: Steps,
  pixels: readonly number[],
  is: Uint8Array,
  leastRadius: number,
  hasEdge: boolean,
): number {
  if (pixels.every((pixel) => is[pixel])) return leastRadius;
  if (hasEdge && !is.includes(1)) return Number.POSITIVE_INFINITY;
  const distances = chamferDistance(is, width);
  let sum = 0;
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const toEdge = Math.min(x, y, width - 1 - x, height - 1 - y) + leastRadius / 2;
    sum += Math.min(distances[pixel], toEdge);
  }
  return Math.max(leastRadius, sum / pixels.length);
}

function distanceToEdge(steps: Steps): Float32Array {
  const { width, height } = steps;
  const edge: number[] = [];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) edge.push(pixel);
  }
  return geodesicDistance(steps, edge, longestWay(steps));
}
