// SPDX-License-Identifier: MIT

import { ignored } from './confusion.js';

/**
 * Boundary F: Csurka, Larlus and Perronnin, "What is a good evaluation measure for semantic segmentation?", BMVC 2013. For each label,
 * precision is the share of the prediction's boundary pixels that have one of the truth's at most the tolerance away, recall the reverse,
 * F = 2PR / (P + R). An image's F is the mean over the labels with a boundary in truth or prediction; a label's, and the whole's, is the mean
 * over images.
 *
 * A boundary pixel has a label, and above, below, left or right of it is a pixel of another label. The image's edge is no boundary, and
 * next to ignored pixels there is none.
 */

/** Each boundary pixel's label, elsewhere `ignored`, [y, x]. */
export function boundaryLabels(labels: Int32Array, width: number, height: number): Int32Array {
  const boundary = new Int32Array(width * height).fill(ignored);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (labels[i] === ignored) continue;
      if (x + 1 < width) markWhereDifferent(labels, i, i + 1, boundary);
      if (y + 1 < height) markWhereDifferent(labels, i, i + width, boundary);
    }
  }
  return boundary;
}

function markWhereDifferent(labels: Int32Array, i: number, j: number, boundary: Int32Array): void {
  if (labels[i] === labels[j] || labels[j] === ignored) return;
  boundary[i] = labels[i];
  boundary[j] = labels[j];
}

/** Steps from a pixel to those at most `radius` away, the nearest first. */
export interface Disc {
  x: Int32Array;
  y: Int32Array;
  squared: Int32Array;
  /** Of the longest step, along either axis. */
  reach: number;
}

export function discOf(radius: number): Disc {
  const reach = Math.floor(radius);
  const steps: [x: number, y: number, squared: number][] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      if (x * x + y * y <= radius * radius) steps.push([x, y, x * x + y * y]);
    }
  }
  steps.sort((a, b) => a[2] - b[2]);
  return {
    x: Int32Array.from(steps, ([x]) => x),
    y: Int32Array.from(steps, ([, y]) => y),
    squared: Int32Array.from(steps, ([, , squared]) => squared),
    reach,
  };
}

/**
 * Boundary pixels by label, and how many of them find one of the same label in `other` within each tolerance.
 *
 * @param tolerances in pixels, rising; the disc reaches as far as the last.
 * @returns `matched` by tolerance, then label.
 */
export function matchBoundary(
  boundary: Int32Array,
  other: Int32Array,
  width: number,
  height: number,
  disc: Disc,
  tolerances: readonly number[],
  labelCount: number,
): { pixels: number[]; matched: number[][] } {
  const pixels = new Array<number>(labelCount).fill(0);
  const matched = tolerances.map(() => new Array<number>(labelCount).fill(0));
  const limits = tolerances.map((tolerance) => tolerance * tolerance);
  for (let i = 0; i < boundary.length; i++) {
    const label = boundary[i];
    if (label === ignored) continue;
    pixels[label]++;
    const squared = nearestSquared(other, width, height, i, label, disc);
    for (let t = limits.length - 1; t >= 0 && squared <= limits[t]; t--) matched[t][label]++;
  }
  return { pixels, matched };
}

function nearestSquared(
  other: Int32Array,
  width: number,
  height: number,
  i: number,
  label: number,
  { x: stepsX, y: stepsY, squared, reach }: Disc,
): number {
  const x = i % width;
  const y = (i - x) / width;
  // Most discs lie within the image as a whole: nothing need be checked there.
  const isInside = x >= reach && x + reach < width && y >= reach && y + reach < height;
  for (let step = 0; step < squared.length; step++) {
    const u = x + stepsX[step];
    const v = y + stepsY[step];
    if ((isInside || (u >= 0 && u < width && v >= 0 && v < height)) && other[v * width + u] === label) {
      return squared[step];
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** 2PR / (P + R), from pixels and matches on both sides; 0 where only one side has a boundary. */
export function boundaryF(truth: number, truthMatched: number, prediction: number, predictionMatched: number): number {
  if (truthMatched === 0 || predictionMatched === 0) return 0;
  const recall = truthMatched / truth;
  const precision = predictionMatched / prediction;
  return (2 * precision * recall) / (precision + recall);
}
