// SPDX-License-Identifier: MIT

import { binCount, type ColourBins, corners } from './colour-bins.js';
import { LocalHistograms, matchOf } from './local-histograms.js';
import type { Shrinking } from './shrink.js';

/** Windows through which a label's colours are learnt; sigma in parts of the long side. */
const windows = [
  { sigma: 4 / 128, weight: 1, nearness: 0 },
  // Being near to seeds decides where no colour is known.
  { sigma: 12 / 128, weight: 1, nearness: 0.5 },
];

/** Share of a window that seeds must cover for its colours to count half. */
const scarce = 0.002;

/** What every label that has seeds scores, whatever the colours. */
const baseScore = 0.001;

/** Colours alone are never sure: probabilities are drawn this far towards evenness. */
const doubt = 0.06;

/**
 * Label probabilities [label, block] from the colours of seeds: each label's colours are learnt around every place, near and far, and each block
 * goes to the labels whose colours fit. GrabCut's idea (Rother, Kolmogorov, Blake, ACM TOG 23(3), 2004), with local windows.
 *
 * @param seeds [label][block], how surely a block has a label, 0..1, 0 where nobody said
 * @param globalWeight of the window that sees the whole picture
 */
export function colourProbabilities(
  plan: Shrinking,
  bins: ColourBins,
  seeds: readonly Float32Array[],
  globalWeight: number,
): Float32Array {
  const blockCount = plan.columns * plan.rows;
  const probabilities = new Float32Array(seeds.length * blockCount);
  for (const [label, ofLabel] of seeds.entries()) {
    probabilities.set(scoresOfLabel(plan, bins, ofLabel, globalWeight), label * blockCount);
  }
  normalize(probabilities, blockCount, seeds.length);
  return probabilities;
}

/** [block]: how well each block's colour fits the label, windows and nearness added up. */
function scoresOfLabel(
  { columns, rows }: Shrinking,
  bins: ColourBins,
  seeds: Float32Array,
  globalWeight: number,
): Float32Array {
  const scores = new Float32Array(columns * rows);
  // A label that nobody drew is nowhere.
  if (!seeds.some((seed) => seed > 0)) return scores;
  scores.fill(baseScore);
  for (const { sigma, weight, nearness } of windows) {
    const histograms = new LocalHistograms(columns, rows, sigma * Math.max(columns, rows));
    histograms.learn(bins, seeds);
    histograms.addScores(bins, { weight, scarce, nearness }, scores);
  }
  const { histogram, total } = histogramOf(bins, seeds);
  for (let block = 0; block < scores.length; block++) {
    scores[block] += (globalWeight * matchOf(histogram, 0, bins, block)) / total;
  }
  return scores;
}

/** Colours of all seeds of the picture, [bin], and how many there are. */
export function histogramOf(bins: ColourBins, seeds: Float32Array): { histogram: Float32Array; total: number } {
  const histogram = new Float32Array(binCount);
  let total = 0;
  for (let block = 0; block < seeds.length; block++) {
    if (seeds[block] === 0) continue;
    total += seeds[block];
    for (let corner = 0; corner < 8; corner++) {
      histogram[bins.first[block] + corners[corner]] += seeds[block] * bins.weights[8 * block + corner];
    }
  }
  return { histogram, total };
}

/** Sum 1 a block, never quite 0 or 1. */
function normalize(probabilities: Float32Array, blockCount: number, labelCount: number): void {
  for (let block = 0; block < blockCount; block++) {
    let sum = 0;
    for (let label = 0; label < labelCount; label++) sum += probabilities[label * blockCount + block];
    for (let label = 0; label < labelCount; label++) {
      const index = label * blockCount + block;
      const share = sum > 0 ? probabilities[index] / sum : 1 / labelCount;
      probabilities[index] = (1 - doubt) * share + doubt / labelCount;
    }
  }
}
