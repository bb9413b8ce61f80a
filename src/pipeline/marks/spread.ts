// SPDX-License-Identifier: MIT

import { chamferDistance, geodesicDistance, longestWay, type Steps } from './geodesic.js';
import type { StrokeSeeds } from './stroke-seeds.js';

/**
 * Chosen on the even photos of the people of `npm run bench:marks`, from marks alone and over `person`.
 */
const recipe = {
  /** A stroke reaches so far, in cost, for each pixel of the error's inner radius. Twice that, and one click in twelve did harm. */
  reach: 2.25,
  /** Pixels: the least radius that is believed. */
  leastRadius: 6,
  /** Cost up to which a stroke holds off strokes of other labels that come later. */
  hold: 150,
  /** Cost: between two strokes of different labels the nearer wins, but not within this. */
  softness: 3,
} as const;

/** What is believed before the strokes. */
export interface Prior {
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
  const pixelCount = steps.width * steps.height;
  const probabilities = prior.probabilities.slice();
  const held: (Float32Array | undefined)[] = new Array(labelCount).fill(undefined);
  if (edge) held[edge.label] = distanceToEdge(steps).map((distance) => distance + edge.cost);
  for (const { label, pixels } of strokes) {
    const reach =
      recipe.reach * errorRadius(steps, pixels, isLabel(probabilities, label, labelCount), edge !== undefined);
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

/**
 * Pixels from the stroke to where its label is, or to the picture's edge, in the mean. A first stroke that only strokes hold off reaches as far as
 * they let it.
 */
function errorRadius({ width, height }: Steps, pixels: readonly number[], is: Uint8Array, hasEdge: boolean): number {
  if (pixels.every((pixel) => is[pixel])) return recipe.leastRadius;
  if (hasEdge && !is.includes(1)) return Number.POSITIVE_INFINITY;
  const distances = chamferDistance(is, width);
  let sum = 0;
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const toEdge = Math.min(x, y, width - 1 - x, height - 1 - y) + recipe.leastRadius / 2;
    sum += Math.min(distances[pixel], toEdge);
  }
  return Math.max(recipe.leastRadius, sum / pixels.length);
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
