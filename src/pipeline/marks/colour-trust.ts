// SPDX-License-Identifier: MIT

import type { ColourBins } from './colour-bins.js';
import { histogramOf } from './colour-model.js';
import { matchOf } from './local-histograms.js';

/** Foretold so well, colours begin to count; at `full` they count as far as they go. */
const foretold = { least: 0.75, full: 0.9 } as const;

/** Length of a label's strokes in parts of the picture's long side, of the second of the labels by that: from `least` on colours begin to count. */
const drawn = { least: 0.1, full: 0.3 } as const;

/** A stroke is one whose extent, squared, is so many times its area; a disc's is 2.5, a square's 2. What is rounder is a dab. */
const leastSlimness = 4;

/** Stands in for nothing where something is divided by. */
const tiny = 1e-3;

/**
 * How far colours tell the labels apart on this picture, 0..1: how surely each stroke's label is foretold from the colours of the other strokes.
 * Coins on a table are known by their colours all over the picture, a person in the street is not. 0 where fewer than two strokes of two
 * labels can be compared.
 *
 * @param strokes seeds [block] of each
 */
export function colourTrust(
  bins: ColourBins,
  strokes: readonly { label: number; seeds: Float32Array }[],
  labelCount: number,
): number {
  const of = strokes.map(({ label, seeds }) => ({ label, seeds, ...histogramOf(bins, seeds) }));
  const counts = new Array<number>(labelCount).fill(0);
  for (const { label } of of) counts[label]++;
  const compared = of.filter(({ label }) => counts[label] > 1);
  if (new Set(compared.map(({ label }) => label)).size < 2) return 0;
  const sums = Array.from({ length: labelCount }, (_, label) => sumOf(of.filter((stroke) => stroke.label === label)));
  let worst = 1;
  for (const label of new Set(compared.map((stroke) => stroke.label))) {
    const chances = compared
      .filter((stroke) => stroke.label === label)
      .map((stroke) => {
        const others = sums.map((sum, l) => (l === label ? without(sum, stroke) : sum));
        return chanceOf(bins, stroke, others);
      });
    worst = Math.min(worst, chances.reduce((sum, chance) => sum + chance, 0) / chances.length);
  }
  return shareBetween(foretold, worst);
}

/**
 * How far colours are believed for what was drawn alone, 0..1. Long strokes lie along what they mark and show its colours all over; a dab, as a click
 * makes it, shows one place, and however many they are the next place may look otherwise.
 *
 * @param columns of the seeds, [block]
 */
export function drawnTrust(
  strokes: readonly { label: number; seeds: Float32Array }[],
  labelCount: number,
  columns: number,
): number {
  const lengths = new Array<number>(labelCount).fill(0);
  for (const { label, seeds } of strokes) {
    lengths[label] += lengthOf(seeds, columns) / Math.max(columns, seeds.length / columns);
  }
  const [, second = 0] = lengths.sort((a, b) => b - a);
  return shareBetween(drawn, second);
}

/** The diagonal of what a stroke covers, in blocks; 0 for a dab. */
function lengthOf(seeds: Float32Array, columns: number): number {
  let [left, right, top, bottom, area] = [columns, -1, Number.POSITIVE_INFINITY, -1, 0];
  for (const [block, seed] of seeds.entries()) {
    if (seed === 0) continue;
    const [x, y] = [block % columns, Math.floor(block / columns)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    area++;
  }
  const extent = Math.hypot(right - left + 1, bottom - top + 1);
  return area > 0 && extent ** 2 >= leastSlimness * area ? extent : 0;
}

/** 0 at `least`, 1 at `full`. */
function shareBetween({ least, full }: { least: number; full: number }, value: number): number {
  return Math.min(1, Math.max(0, (value - least) / (full - least)));
}

interface Colours {
  histogram: Float32Array;
  total: number;
}

function sumOf(parts: readonly Colours[]): Colours {
  const [first, ...others] = parts;
  if (!first) return { histogram: new Float32Array(), total: 0 };
  const histogram = first.histogram.slice();
  for (const part of others) for (let bin = 0; bin < histogram.length; bin++) histogram[bin] += part.histogram[bin];
  return { histogram, total: parts.reduce((sum, { total }) => sum + total, 0) };
}

function without(sum: Colours, part: Colours): Colours {
  return {
    histogram: sum.histogram.map((value, bin) => Math.max(0, value - part.histogram[bin])),
    total: sum.total - part.total,
  };
}

/** Mean probability that a stroke's own label has at its seeds. */
function chanceOf(
  bins: ColourBins,
  { label, seeds }: { label: number; seeds: Float32Array },
  labels: readonly Colours[],
): number {
  let [sum, weight] = [0, 0];
  for (let block = 0; block < seeds.length; block++) {
    if (seeds[block] === 0) continue;
    const scores = labels.map(({ histogram, total }) =>
      total > tiny ? matchOf(histogram, 0, bins, block) / total + tiny : 0,
    );
    const all = scores.reduce((a, b) => a + b, 0);
    sum += (seeds[block] * scores[label]) / all;
    weight += seeds[block];
  }
  return sum / weight;
}
