// SPDX-License-Identifier: MIT

import { probabilityFloor } from '../../problem/inputs.js';
import type { RgbaImage } from '../../problem/types.js';
import type { CheckedPrompts } from '../prompts/prompts.js';
import { rasterizeMarks } from '../prompts/rasterize.js';
import { type ColourPlane, stepsOn } from './geodesic.js';
import { doubtOutsideBox, priorOfMarks } from './prior.js';
import { blockMeans, enlarge, planShrinking, type Shrinking } from './shrink.js';
import { smoothedPlane } from './smooth.js';
import { type Prior, spreadStrokes } from './spread.js';
import { strokeSeeds } from './stroke-seeds.js';

/** Long side in pixels of the picture that strokes are spread on, about: the CRF finds the finer edges. */
const longSide = 416;

/** Strokes are sure where they are, not where they spread to: probabilities are drawn this far towards evenness. */
const doubt = 0.06;

/** Of labels that a marked pixel has not: more than kernels of any usual weight outvote. Their weights add up to some 15. */
const ruledOut = 100;

/** What a network says of the picture, [label, y, x] at any size that is asked for, summing to 1 over labels. */
export type PriorAt = (size: { width: number; height: number }) => Float32Array;

/**
 * Label probabilities [label, y, x] of a marked picture, for its CRF: a network's, corrected by marks, or from the marks alone. Marked pixels have
 * their labels for sure. The one way in which marks of a picture become a mask, wherever they come from.
 *
 * @param prior undefined: there is none
 */
export function markedProbabilities(
  image: RgbaImage,
  prompts: CheckedPrompts,
  prior: PriorAt | undefined,
): Float32Array {
  const { width, height } = image;
  const { labelCount } = prompts;
  const grid = planShrinking(width, height, longSide);
  const size = { width: grid.columns, height: grid.rows };
  const means = blockMeans(grid, image.data, 4);
  const strokes = strokeSeeds(prompts, size);
  const steps = stepsOn(colourPlane(means, size));
  const before: Prior = prior
    ? { by: 'network', labelCount, probabilities: prior(size), edge: undefined }
    : priorOfMarks(image.data, steps, prompts, strokes, grid);
  doubtOutsideBox(before.probabilities, prompts, grid);
  const spread = spreadStrokes(steps, strokes, before);
  return atFullSize(spread, prompts, grid);
}

/** Smoothed over 3×3 pixels: noise is no edge. */
function colourPlane(rgba: Float32Array, { width, height }: { width: number; height: number }): ColourPlane {
  const channels = [0, 1, 2].map((channel) => {
    const values = Float32Array.from({ length: width * height }, (_, pixel) => rgba[4 * pixel + channel]);
    return smoothedPlane(values, width);
  });
  return { width, height, channels };
}

function atFullSize(spread: Float32Array, prompts: CheckedPrompts, grid: Shrinking): Float32Array {
  const { width, height, columns, rows } = grid;
  const { labelCount } = prompts;
  const pixelCount = width * height;
  const marks = rasterizeMarks(prompts, { width, height });
  const probabilities = new Float32Array(labelCount * pixelCount);
  for (let label = 0; label < labelCount; label++) {
    const plane = probabilities.subarray(label * pixelCount, (label + 1) * pixelCount);
    enlarge(grid, spread.subarray(label * columns * rows, (label + 1) * columns * rows), plane);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      if (marks[pixel] === 0) plane[pixel] = (1 - doubt) * plane[pixel] + doubt / labelCount;
      else plane[pixel] = Number(marks[pixel] === label + 1);
    }
  }
  return probabilities;
}

/** The energies of these probabilities, for a CRF. Nothing around a mark outvotes it. */
export function markedEnergies(probabilities: Float32Array): Float32Array {
  return probabilities.map((probability) =>
    probability === 0 ? ruledOut : -Math.log(Math.max(probability, probabilityFloor)),
  );
}
