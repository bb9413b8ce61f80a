// SPDX-License-Identifier: MIT

import { colourBinCount, colourPromptRecipe, opponentMatrix, windowSigma } from './colour-prompt-recipe.js';

export interface ColourPromptInput {
  /** Pixels; both multiples of the recipe's `block`. */
  width: number;
  height: number;
  labelCount: number;
  /** Red, green, blue on 0..1: [3, y, x]. */
  keyImage: Float32Array;
  /** How surely each pixel of the key image has a label, 0..1, 0 where nobody said: [label, y, x]. */
  keyPrompts: Float32Array;
  /** As keyImage. */
  image: Float32Array;
}

/**
 * Label probabilities of `image`, [label, y, x], learnt from the colours that marks on a key image cover.
 *
 *   A_b(x)    share of bin b in the colour of pixel x, trilinear
 *   H_w(v)    Σ_x window_w(v - x)·seeds(x)·A(x) for a label at a corner v of blocks; n_w(v) = Σ_b H_w
 *   H(v)      Σ_w weight_w·H_w/(n_w + scarce) + globalWeight·(mean of A over seeds) + nearness·n_widest + floor
 *   score(x)  <A(x), H at x>, H being bilinear between corners
 *   p         score/Σ_labels score, drawn towards evenness by `doubt`
 *
 * The colour models of GrabCut (Rother, Kolmogorov, Blake, ACM TOG 23(3), 2004), as histograms as in DenseCut (Cheng et al., CGF 34(7), 2015),
 * but seen through local windows.
 */
export function colourPrompt(input: ColourPromptInput): Float32Array {
  const { width, height, labelCount } = input;
  const pixelCount = width * height;
  const grid: Grid = { columns: width / colourPromptRecipe.block, rows: height / colourPromptRecipe.block };
  const keyShares = colourShares(input.keyImage, pixelCount);
  const shares = colourShares(input.image, pixelCount);
  const scores = new Float32Array(labelCount * pixelCount);
  for (let label = 0; label < labelCount; label++) {
    const seeds = input.keyPrompts.subarray(label * pixelCount, (label + 1) * pixelCount);
    const corners = histogramsAtCorners(blockHistograms(seeds, keyShares, width, grid), grid);
    addScores(corners, shares, width, grid, scores.subarray(label * pixelCount, (label + 1) * pixelCount));
  }
  return normalized(scores, labelCount, pixelCount);
}

/** Blocks. Corners are one more, along each axis. */
interface Grid {
  columns: number;
  rows: number;
}

/** A, [pixel, bin]: each pixel's colour as a blend of bins, so that similar colours share some. */
function colourShares(image: Float32Array, pixelCount: number): Float32Array {
  const { bins, knee } = colourPromptRecipe;
  const shares = new Float32Array(pixelCount * colourBinCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const rgb = [image[pixel], image[pixelCount + pixel], image[2 * pixelCount + pixel]];
    const [lightness, ...opponents] = opponentMatrix.map((row) => row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]);
    const axes = [lightness, ...opponents.map((o) => 0.5 + (0.5 * o * (1 + knee)) / (Math.abs(o) + knee))];
    const hats = axes.map((value, axis) => hat(value * (bins[axis] - 1), bins[axis]));
    let at = pixel * colourBinCount;
    for (const a of hats[0]) for (const b of hats[1]) for (const c of hats[2]) shares[at++] = a * b * c;
  }
  return shares;
}

/** Shares of a position among whole numbers: 1 at the number itself, 0 from a distance of 1. */
function hat(position: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.max(0, 1 - Math.abs(position - i)));
}

/** Means over a block of seeds·A: [block, bin]. */
function blockHistograms(seeds: Float32Array, shares: Float32Array, width: number, grid: Grid): Float32Array {
  const { block } = colourPromptRecipe;
  const histograms = new Float32Array(grid.columns * grid.rows * colourBinCount);
  for (let pixel = 0; pixel < seeds.length; pixel++) {
    if (seeds[pixel] === 0) continue;
    const row = Math.floor(Math.floor(pixel / width) / block);
    const column = Math.floor((pixel % width) / block);
    const to = (row * grid.columns + column) * colourBinCount;
    for (let bin = 0; bin < colourBinCount; bin++) {
      histograms[to + bin] += (seeds[pixel] * shares[pixel * colourBinCount + bin]) / block ** 2;
    }
  }
  return histograms;
}

/** H, [corner, bin]: what a colour counts for the label, seen from each corner. */
function histogramsAtCorners(blocks: Float32Array, grid: Grid): Float32Array {
  const { windows, globalWeight, scarce, nearness, floor, tiny } = colourPromptRecipe;
  const cornerCount = (grid.columns + 1) * (grid.rows + 1);
  const everywhere = new Float32Array(colourBinCount);
  for (let i = 0; i < blocks.length; i++) everywhere[i % colourBinCount] += blocks[i];
  const total = sum(everywhere);
  const present = total / (total + tiny);

  const combined = new Float32Array(cornerCount * colourBinCount);
  for (let i = 0; i < combined.length; i++) {
    combined[i] = (globalWeight * everywhere[i % colourBinCount]) / (total + tiny) + floor * present;
  }
  windows.forEach(({ sigma, weight }, index) => {
    const histograms = blurred(blocks, grid, windowSigma(sigma));
    const near = index === windows.length - 1 ? nearness : 0;
    for (let corner = 0; corner < cornerCount; corner++) {
      const from = corner * colourBinCount;
      const covered = sum(histograms.subarray(from, from + colourBinCount));
      const factor = weight / (covered + scarce);
      for (let i = from; i < from + colourBinCount; i++) combined[i] += factor * histograms[i] + near * covered;
    }
  });
  return combined;
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A Gaussian, `sigma` in blocks, whose weights over all blocks of an endless grid would sum to 1; from blocks to corners. */
function blurred(blocks: Float32Array, grid: Grid, sigma: number): Float32Array {
  const down = gaussian(grid.rows, sigma);
  const across = gaussian(grid.columns, sigma);
  const lineLength = grid.columns * colourBinCount;
  const lines = new Float32Array((grid.rows + 1) * lineLength);
  for (let corner = 0; corner <= grid.rows; corner++) {
    for (let row = 0; row < grid.rows; row++) {
      const weight = down[corner][row];
      for (let i = 0; i < lineLength; i++) lines[corner * lineLength + i] += weight * blocks[row * lineLength + i];
    }
  }
  const corners = new Float32Array((grid.rows + 1) * (grid.columns + 1) * colourBinCount);
  for (let row = 0; row <= grid.rows; row++) {
    for (let corner = 0; corner <= grid.columns; corner++) {
      const to = (row * (grid.columns + 1) + corner) * colourBinCount;
      for (let column = 0; column < grid.columns; column++) {
        const weight = across[corner][column];
        const from = row * lineLength + column * colourBinCount;
        for (let bin = 0; bin < colourBinCount; bin++) corners[to + bin] += weight * lines[from + bin];
      }
    }
  }
  return corners;
}

/** [corner][block] along one axis. */
function gaussian(blockCount: number, sigma: number): number[][] {
  return Array.from({ length: blockCount + 1 }, (_, corner) =>
    Array.from(
      { length: blockCount },
      (_, index) => Math.exp(-((index + 0.5 - corner) ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI)),
    ),
  );
}

/** <A, H> of every pixel, H being bilinear between the four corners of the pixel's block. */
function addScores(corners: Float32Array, shares: Float32Array, width: number, grid: Grid, scores: Float32Array): void {
  const { block } = colourPromptRecipe;
  for (let pixel = 0; pixel < scores.length; pixel++) {
    const y = (Math.floor(pixel / width) + 0.5) / block;
    const x = ((pixel % width) + 0.5) / block;
    const row = Math.floor(y);
    const column = Math.floor(x);
    for (const [down, partY] of [1 - (y - row), y - row].entries()) {
      for (const [across, partX] of [1 - (x - column), x - column].entries()) {
        const from = ((row + down) * (grid.columns + 1) + column + across) * colourBinCount;
        let match = 0;
        for (let bin = 0; bin < colourBinCount; bin++) {
          match += shares[pixel * colourBinCount + bin] * corners[from + bin];
        }
        scores[pixel] += partY * partX * match;
      }
    }
  }
}

function normalized(scores: Float32Array, labelCount: number, pixelCount: number): Float32Array {
  const { doubt, tiny } = colourPromptRecipe;
  const probabilities = new Float32Array(scores.length);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let total = 0;
    for (let i = pixel; i < scores.length; i += pixelCount) total += scores[i] + tiny;
    for (let i = pixel; i < scores.length; i += pixelCount) {
      probabilities[i] = ((1 - doubt) * (scores[i] + tiny)) / total + doubt / labelCount;
    }
  }
  return probabilities;
}
