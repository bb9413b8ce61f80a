// SPDX-License-Identifier: MIT

import type { Box } from '../marks/marks.js';
import { unmarked } from '../marks/stroke.js';
import { assignBins, binCount, type ColourBins, corners } from './colour-bins.js';
import { LocalHistograms, matchOf } from './local-histograms.js';
import { blockMeans, enlarge, planShrinking, type Shrinking } from './shrink.js';

/** Colours vary slowly enough for this. */
const longSide = 160;

/** Windows through which a label's colours are learnt; sigma in parts of the long side. */
const windows = [
  { sigma: 4 / 128, weight: 1, nearness: 0 },
  // Being near to strokes decides where no colour is known.
  { sigma: 12 / 128, weight: 1, nearness: 0.5 },
];

/** The window that sees the whole picture. */
const globalWeight = 0.05;

/** Share of a window that seeds must cover for its colours to count half. */
const scarce = 0.002;

/** What every label that was drawn scores, whatever the colours. */
const baseScore = 0.001;

/** Colours alone are never sure: probabilities are drawn this far towards evenness. */
const doubt = 0.06;

/** How sure a stroke is. */
const strokeConfidence = 0.999;

export interface ColourModelInput {
  /** RGBA, [y, x, 4]. */
  pixels: Uint8ClampedArray;
  width: number;
  height: number;
  labelCount: number;
  /** Label a pixel, or `unmarked`: [y, x]. */
  marks: Uint8Array;
  /** Around label 1: it is somewhere inside. */
  box?: Box | null;
}

/**
 * Label probabilities [label, y, x] from a few strokes: each label's colours are learnt around every place, near and
 * far, and each pixel is given to the labels whose colours fit. GrabCut's idea, with local windows.
 */
export function labelProbabilities(input: ColourModelInput): Float32Array {
  const { pixels, width, height, labelCount, marks } = input;
  const pixelCount = width * height;
  const plan = planShrinking(width, height, longSide);
  const bins = assignBins(blockMeans(plan, pixels, 4));
  const probabilities = new Float32Array(labelCount * pixelCount);
  for (let label = 0; label < labelCount; label++) {
    const scores = scoresOfLabel(plan, bins, seedsOfLabel(plan, input, label));
    enlarge(plan, scores, probabilities.subarray(label * pixelCount, (label + 1) * pixelCount));
  }
  normalize(probabilities, pixelCount, labelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const marked = marks[pixel];
    if (marked === unmarked) continue;
    for (let label = 0; label < labelCount; label++) {
      probabilities[label * pixelCount + pixel] =
        label === marked ? strokeConfidence : (1 - strokeConfidence) / (labelCount - 1);
    }
  }
  return probabilities;
}

/** [block]: how much of each block is marked with the label. */
function seedsOfLabel(plan: Shrinking, input: ColourModelInput, label: number): Float32Array {
  const { marks, box, width, height } = input;
  const marked = new Float32Array(marks.length);
  for (let pixel = 0; pixel < marks.length; pixel++) marked[pixel] = marks[pixel] === label ? 1 : 0;
  if (box && label === 1) {
    for (let pixel = 0; pixel < marks.length; pixel++) {
      if (marks[pixel] !== unmarked) continue;
      marked[pixel] = insideSeed(box, ((pixel % width) + 0.5) / width, (Math.floor(pixel / width) + 0.5) / height);
    }
  }
  return blockMeans(plan, marked, 1);
}

/** Objects fill the middle of their boxes, not the corners. */
function insideSeed({ left, top, width, height }: Box, x: number, y: number): number {
  const fromMiddle = Math.hypot((x - left - width / 2) / (width / 2), (y - top - height / 2) / (height / 2));
  return fromMiddle < 0.8 ? 0.5 : 0;
}

/** [block]: how well each block's colour fits the label, windows and nearness added up. */
function scoresOfLabel(plan: Shrinking, bins: ColourBins, seeds: Float32Array): Float32Array {
  const { columns, rows } = plan;
  const scores = new Float32Array(columns * rows);
  // A label that nobody drew is nowhere.
  if (!seeds.some((seed) => seed > 0)) return scores;
  scores.fill(baseScore);
  for (const { sigma, weight, nearness } of windows) {
    const histograms = new LocalHistograms(columns, rows, sigma * Math.max(columns, rows));
    histograms.learn(bins, seeds);
    histograms.addScores(bins, { weight, scarce, nearness }, scores);
  }
  addGlobalScores(bins, seeds, scores);
  return scores;
}

/** The window that sees the whole picture. */
function addGlobalScores(bins: ColourBins, seeds: Float32Array, scores: Float32Array): void {
  const histogram = new Float32Array(binCount);
  let total = 0;
  for (let block = 0; block < seeds.length; block++) {
    if (seeds[block] === 0) continue;
    total += seeds[block];
    for (let corner = 0; corner < 8; corner++) {
      histogram[bins.first[block] + corners[corner]] += seeds[block] * bins.weights[8 * block + corner];
    }
  }
  for (let block = 0; block < scores.length; block++) {
    scores[block] += (globalWeight * matchOf(histogram, 0, bins, block)) / total;
  }
}

/** Sum 1 a pixel, never quite 0 or 1. */
function normalize(probabilities: Float32Array, pixelCount: number, labelCount: number): void {
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let sum = 0;
    for (let label = 0; label < labelCount; label++) sum += probabilities[label * pixelCount + pixel];
    for (let label = 0; label < labelCount; label++) {
      const index = label * pixelCount + pixel;
      const share = sum > 0 ? probabilities[index] / sum : 1 / labelCount;
      probabilities[index] = (1 - doubt) * share + doubt / labelCount;
    }
  }
}
