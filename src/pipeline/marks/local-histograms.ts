// SPDX-License-Identifier: MIT

import { binCount, type ColourBins, corners } from './colour-bins.js';

/** The window's sigma in grid cells. Two cells are enough for a Gaussian that is read bilinearly. */
const sigmaInCells = 2;

/** Writing to and reading from the grid bilinearly blurs too, with a variance of 1/6 cell² each. */
const blurSigma = Math.sqrt(sigmaInCells ** 2 - 1 / 3);

const blurRadius = Math.ceil(3 * blurSigma);

/** A cell holds the histogram, and behind it the weight of all seeds. */
const stride = binCount + 1;

/** What a window counts for. Below, n is the share of the window that seeds cover. */
export interface WindowScore {
  /** Of colours that fit in full, where there are many seeds. */
  weight: number;
  /** The n at which it counts half: its share is n / (n + scarce). */
  scarce: number;
  /** Times n: what nearness counts for, whatever the colours. */
  nearness: number;
}

/**
 * The colours of a label's seeds, seen from every place through a Gaussian window of `sigma` pixels. Histograms are
 * kept on a coarse grid: far fewer than there are pixels say the same.
 */
export class LocalHistograms {
  private readonly cellSize: number;
  private readonly columns: number;
  private readonly rows: number;
  private cells: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
    sigma: number,
  ) {
    this.cellSize = Math.max(sigma / sigmaInCells, 1e-6);
    this.columns = Math.ceil(width / this.cellSize) + 2;
    this.rows = Math.ceil(height / this.cellSize) + 2;
    this.cells = new Float32Array(this.columns * this.rows * stride);
  }

  /** Forgets what was there and learns from the pixels with a weight above 0. */
  learn(bins: ColourBins, seeds: Float32Array): void {
    this.cells.fill(0);
    // So that the window's weights sum to 1 over pixels.
    const perCell = 1 / this.cellSize ** 2;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const pixel = y * this.width + x;
        if (seeds[pixel] > 0) this.add(bins, pixel, x, y, seeds[pixel] * perCell);
      }
    }
    this.cells = blur(this.cells, this.rows, this.columns, 1);
    this.cells = blur(this.cells, this.columns, this.rows, this.columns);
  }

  /** Adds to each pixel's score how well its colour fits the seeds around. */
  addScores(bins: ColourBins, score: WindowScore, scores: Float32Array): void {
    const { weight, scarce, nearness } = score;
    const { cells } = this;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const pixel = y * this.width + x;
        this.locate(x, y);
        let seeds = 0;
        let matching = 0;
        for (let corner = 0; corner < 4; corner++) {
          const base = this.nearCells[corner];
          const n = cells[base + binCount];
          if (n === 0) continue;
          const share = this.nearShares[corner];
          seeds += share * n;
          matching += share * matchOf(cells, base, bins, pixel);
        }
        // n/(n + scarce) · <A, H>, where H = cells / n
        scores[pixel] += (weight * matching) / (seeds + scarce) + nearness * seeds;
      }
    }
  }

  private add(bins: ColourBins, pixel: number, x: number, y: number, seed: number): void {
    const { cells } = this;
    this.locate(x, y);
    for (let near = 0; near < 4; near++) {
      const base = this.nearCells[near];
      const amount = this.nearShares[near] * seed;
      const first = base + bins.first[pixel];
      cells[base + binCount] += amount;
      for (let corner = 0; corner < 8; corner++) {
        cells[first + corners[corner]] += amount * bins.weights[8 * pixel + corner];
      }
    }
  }

  private readonly nearCells = new Int32Array(4);
  private readonly nearShares = new Float64Array(4);

  /** Sets the four cells around a pixel and their bilinear shares. */
  private locate(x: number, y: number): void {
    // A margin of half a cell to each side: the outermost pixels have four cells too.
    const alongX = (x + 0.5) / this.cellSize + 0.5;
    const alongY = (y + 0.5) / this.cellSize + 0.5;
    const column = Math.floor(alongX);
    const row = Math.floor(alongY);
    const right = alongX - column;
    const below = alongY - row;
    const { nearCells, nearShares } = this;
    const cell = row * this.columns + column;
    nearCells[0] = cell * stride;
    nearCells[1] = (cell + 1) * stride;
    nearCells[2] = (cell + this.columns) * stride;
    nearCells[3] = (cell + this.columns + 1) * stride;
    nearShares[0] = (1 - right) * (1 - below);
    nearShares[1] = right * (1 - below);
    nearShares[2] = (1 - right) * below;
    nearShares[3] = right * below;
  }
}

/** <A, histogram> for the histogram that begins at `base`. */
export function matchOf(histograms: Float32Array, base: number, bins: ColourBins, pixel: number): number {
  const first = base + bins.first[pixel];
  let match = 0;
  for (let corner = 0; corner < 8; corner++) {
    match += bins.weights[8 * pixel + corner] * histograms[first + corners[corner]];
  }
  return match;
}

const taps = gaussianTaps();

function gaussianTaps(): readonly number[] {
  const weights = Array.from({ length: 2 * blurRadius + 1 }, (_, i) =>
    Math.exp(-((i - blurRadius) ** 2) / (2 * blurSigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs whole cells along one axis: `lines` lines of `length` cells that lie `step` apart. */
function blur(cells: Float32Array, lines: number, length: number, step: number): Float32Array {
  const blurred = new Float32Array(cells.length);
  const lineStep = step === 1 ? length : 1;
  for (let line = 0; line < lines; line++) {
    for (let from = 0; from < length; from++) {
      const source = (line * lineStep + from * step) * stride;
      // Most cells have no seeds.
      if (cells[source + binCount] === 0) continue;
      const firstTap = Math.max(0, blurRadius - from);
      const lastTap = Math.min(2 * blurRadius, length - 1 - from + blurRadius);
      for (let tap = firstTap; tap <= lastTap; tap++) {
        const target = (line * lineStep + (from + tap - blurRadius) * step) * stride;
        const weight = taps[tap];
        for (let bin = 0; bin < stride; bin++) blurred[target + bin] += weight * cells[source + bin];
      }
    }
  }
  return blurred;
}
