// SPDX-License-Identifier: MIT

import type { CheckedPrompts } from '../prompts/prompts.js';
import { placeInBox, seedMaps } from '../prompts/seeds.js';
import { assignBins } from './colour-bins.js';
import { colourProbabilities } from './colour-model.js';
import { colourTrust, drawnTrust } from './colour-trust.js';
import { geodesicDistance, longestWay, type Steps } from './geodesic.js';
import { blockMeans, enlarge, planShrinking, type Shrinking } from './shrink.js';
import { smoothedPlane } from './smooth.js';
import type { Prior } from './spread.js';
import { type StrokeSeeds, strokeSeeds } from './stroke-seeds.js';

/** Long side in blocks at which colours are learnt: they vary slowly enough for this. */
const longSide = 160;

/** Looks at what is in a box: what was found in one teaches the next. */
const boxRounds = 3;

/** What a window over the whole picture counts for: where strokes are, they know better; in a box nobody knows where the object is. */
const globalWeights = { box: 0.5, strokes: 0.1 } as const;

/** Outside of a box the object becomes unlikely with the distance, in parts of the box's shorter side. */
const boxDoubt = 0.1;

/** Of two labels whose colours fit alike the nearer wins: a score is divided by a root of the geodesic distance, in cost, plus this. */
const nearnessSoftness = 10;

/** What the picture's edge is worth as a stroke of the background: it begins at this cost. */
const edgeCost = 30;

/**
 * What is believed where nothing but marks says what there is: the background is at the picture's edge, and colours tell what they can. The better
 * they tell it, the less is the edge believed.
 *
 * @param pixels RGBA, at the size of the picture
 * @param steps on the same at the size of the grid
 */
export function priorOfMarks(
  pixels: ArrayLike<number>,
  steps: Steps,
  prompts: CheckedPrompts,
  strokes: readonly StrokeSeeds[],
  grid: Shrinking,
): Prior {
  const { labelCount } = prompts;
  const pixelCount = grid.columns * grid.rows;
  const marked = [...new Set(strokes.map(({ label }) => label))];
  const edgeLabel = labelAtEdge(prompts, marked);
  const probabilities = new Float32Array(labelCount * pixelCount);
  if (edgeLabel !== undefined) probabilities.fill(1, edgeLabel * pixelCount, (edgeLabel + 1) * pixelCount);
  else for (const label of marked) probabilities.fill(1 / marked.length, label * pixelCount, (label + 1) * pixelCount);
  const colours = coloursOf(pixels, prompts, grid);
  if (colours && !prompts.box) preferNearer(colours.probabilities, steps, strokes, labelCount);
  const trust = colours?.trust ?? 0;
  if (colours) mix(probabilities, colours.probabilities, trust);
  const edge = edgeLabel !== undefined && trust < 1 ? { label: edgeLabel, cost: edgeCost / (1 - trust) } : undefined;
  return { by: 'marks', labelCount, probabilities, edge };
}

/** Where two labels are marked that are not the background, there may be none. */
function labelAtEdge({ box }: CheckedPrompts, marked: readonly number[]): number | undefined {
  if (box) return box.outside;
  return marked.length < 2 || marked.includes(0) ? 0 : undefined;
}

/**
 * What colours say, [label, pixel] of the grid, and how far to believe it, 0..1: as far as they tell labels apart or much is drawn; where there is a
 * box and nothing else, they have it all. Undefined where it is not at all.
 */
function coloursOf(
  pixels: ArrayLike<number>,
  prompts: CheckedPrompts,
  { width, height, columns, rows }: Shrinking,
): { probabilities: Float32Array; trust: number } | undefined {
  const { labelCount, box } = prompts;
  const plan = planShrinking(width, height, longSide);
  const size = { width: plan.columns, height: plan.rows };
  const blockCount = size.width * size.height;
  const bins = assignBins(blockMeans(plan, pixels, 4));
  const strokes = strokeSeeds(prompts, size).map(({ label, pixels: blocks }) => {
    const seeds = new Float32Array(blockCount);
    for (const block of blocks) seeds[block] = 1;
    return { label, seeds };
  });
  const trust = box ? 1 : Math.max(drawnTrust(strokes, labelCount, size.width), colourTrust(bins, strokes, labelCount));
  if (trust === 0) return undefined;
  const given = seedMaps(prompts, size.width, size.height);
  let seeds = given;
  let found = given;
  for (let round = 0; round < (box ? boxRounds : 1); round++) {
    const planes = Array.from({ length: labelCount }, (_, label) =>
      seeds.subarray(label * blockCount, (label + 1) * blockCount),
    );
    found = colourProbabilities(plan, bins, planes, box ? globalWeights.box : globalWeights.strokes);
    seeds = reseeded(given, decided(found, size, labelCount), blockCount);
  }
  const onGrid: Shrinking = { ...plan, factor: columns / plan.columns, width: columns, height: rows };
  const pixelCount = columns * rows;
  const probabilities = new Float32Array(labelCount * pixelCount);
  for (let label = 0; label < labelCount; label++) {
    const plane = probabilities.subarray(label * pixelCount, (label + 1) * pixelCount);
    enlarge(onGrid, found.subarray(label * blockCount, (label + 1) * blockCount), plane);
  }
  return { probabilities, trust };
}

function mix(into: Float32Array, other: Float32Array, share: number): void {
  for (let i = 0; i < into.length; i++) into[i] += share * (other[i] - into[i]);
}

/** Divides each label's probability by the root of the distance from its strokes; sums stay 1. */
function preferNearer(
  probabilities: Float32Array,
  steps: Steps,
  strokes: readonly StrokeSeeds[],
  labelCount: number,
): void {
  const pixelCount = steps.width * steps.height;
  const sums = new Float32Array(pixelCount);
  for (let label = 0; label < labelCount; label++) {
    const seeds = strokes.filter((stroke) => stroke.label === label).flatMap(({ pixels }) => pixels);
    const distances = geodesicDistance(steps, seeds, longestWay(steps));
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const index = label * pixelCount + pixel;
      // A label without strokes is infinitely far, and so nowhere.
      probabilities[index] /= Math.sqrt(distances[pixel] + nearnessSoftness);
      sums[pixel] += probabilities[index];
    }
  }
  for (let i = 0; i < probabilities.length; i++) probabilities[i] /= sums[i % pixelCount];
}

/** Smoothed, and drawn towards the likeliest label: else a round would teach the next one its doubts. */
function decided(found: Float32Array, { width, height }: { width: number; height: number }, labelCount: number) {
  const blockCount = width * height;
  const squares = new Float32Array(found.length);
  for (let label = 0; label < labelCount; label++) {
    const first = label * blockCount;
    squares.set(
      smoothedPlane(found.subarray(first, first + blockCount), width).map((value) => value ** 2),
      first,
    );
  }
  for (let block = 0; block < blockCount; block++) {
    let sum = 0;
    for (let i = block; i < squares.length; i += blockCount) sum += squares[i];
    for (let i = block; i < squares.length; i += blockCount) squares[i] /= sum;
  }
  return squares;
}

/** What was said stays; elsewhere what was found. */
function reseeded(given: Float32Array, found: Float32Array, blockCount: number): Float32Array {
  return found.map((probability, i) => {
    for (let at = i % blockCount; at < given.length; at += blockCount) if (given[at] >= 1) return given[i];
    return probability;
  });
}

/** What a box implies: outside the object grows unlikely with the distance. It is no mark: strokes and near edges win. */
export function doubtOutsideBox(probabilities: Float32Array, prompts: CheckedPrompts, grid: Shrinking): void {
  const { box } = prompts;
  if (!box) return;
  const size = { width: grid.columns, height: grid.rows };
  const pixelCount = size.width * size.height;
  const side = Math.min(box.width, box.height);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const { u, v } = placeInBox(prompts, box, size, pixel);
    const outX = Math.max(0, Math.abs(u) - 1) * (box.width / 2);
    const outY = Math.max(0, Math.abs(v) - 1) * (box.height / 2);
    const share = 1 - Math.exp(-Math.hypot(outX, outY) / (boxDoubt * side));
    for (let i = pixel; i < probabilities.length; i += pixelCount) probabilities[i] *= 1 - share;
    probabilities[box.outside * pixelCount + pixel] += share;
  }
}
