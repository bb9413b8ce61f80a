// SPDX-License-Identifier: MIT

import type { Picture, Segmentation } from '../engine/protocol.js';

/** How many samples of the working picture a pixel hears along each side, and how much one counts that lies so many samples away. */
interface Filter {
  taps: number;
  weightAt: (distance: number) => number;
}

/** Wide enough to hold samples from both sides of an edge, among which colours choose. */
const gaussian: Filter = { taps: 4, weightAt: (distance) => Math.exp(-(distance ** 2) / 2) };

/** Bilinear. */
const linear: Filter = { taps: 2, weightAt: (distance) => Math.max(0, 1 - Math.abs(distance)) };

/** On 0..255. */
const sigmaRGB = 16;

/** What a sample of quite another colour still counts: where none is alike, the near ones decide. */
const leastLikeness = 1e-3;

/** Of marginals, on 0..255: where they differ by no more within reach, there is no edge. */
const flat = 2;

/** A part of a photo, in parts of its width and height. */
export interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const wholePhoto: Part = { left: 0, top: 0, width: 1, height: 1 };

export interface EnlargeInput {
  /** The photo as its file has it, or a part of it at any size. */
  full: Picture;
  /** Which part; all of it unless told otherwise. */
  part?: Part;
  /** What the CRF worked on: all of the photo. */
  working: Picture;
  segmentation: Segmentation;
  /** By label, whether it belongs to what is kept. */
  isShown: readonly boolean[];
  /** Whether colours count; true unless told otherwise. Without them it is bilinear: edges are as soft as they were found. */
  followsColours?: boolean;
}

export interface Enlarged {
  /** argmax, [y, x]; the lowest label wins a tie. */
  labels: Uint8Array;
  /** The label's marginal, 0..255, [y, x]. */
  confidence: Uint8Array;
  /** Sum of the shown labels' marginals, 0..255, [y, x]. */
  alpha: Uint8Array;
}

/**
 * The result at the photo's own size, along the edges that the photo has there: joint bilateral upsampling (Kopf, Cohen, Lischinski,
 * Uyttendaele, SIGGRAPH 2007, section 3). A pixel's marginals are the mean of those of the 4 × 4 samples around it, the near
 * ones and those of its own colour counting most. Where the CRF worked on the photo's own pixels nothing changes.
 */
export function enlarge(input: EnlargeInput): Enlarged {
  const { full, part = wholePhoto, working, segmentation, isShown, followsColours = true } = input;
  const { width, height } = full;
  const alphas = shownSums(segmentation, isShown);
  if (part.width === 1 && part.height === 1 && width === working.width && height === working.height) {
    return { labels: segmentation.labels, confidence: segmentation.confidence, alpha: alphas };
  }
  const sums = new MarginalSums(full, working, segmentation, followsColours);
  const labels = new Uint8Array(width * height);
  const confidence = new Uint8Array(width * height);
  const alpha = new Uint8Array(width * height);
  const filter = followsColours ? gaussian : linear;
  const columns = windowsAlong(filter, width, working.width, part.left, part.width);
  const rows = windowsAlong(filter, height, working.height, part.top, part.height);
  const isCalm = calmWindows(segmentation, working, columns.taps, rows.taps);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const first = rows.first[y] * working.width + columns.first[x];
      if (isCalm[first]) {
        labels[pixel] = segmentation.labels[first];
        confidence[pixel] = segmentation.confidence[first];
        alpha[pixel] = alphas[first];
      } else {
        sums.gather(pixel, first, columns, x, rows, y);
        labels[pixel] = sums.best();
        confidence[pixel] = sums.shareOf(labels[pixel]);
        alpha[pixel] = sums.share(isShown);
      }
    }
  }
  return { labels, confidence, alpha };
}

/** The samples that the pixels of a row or column hear. */
interface Windows {
  /** How many samples. */
  taps: number;
  /** By pixel, the first of them. */
  first: Uint32Array;
  /** Of each, by pixel and tap. */
  weights: Float32Array;
}

/** With the pictures' edges aligned: `full` pixels lie on a part of the working picture's side. */
function windowsAlong(
  { taps: wanted, weightAt }: Filter,
  full: number,
  working: number,
  start: number,
  length: number,
): Windows {
  const taps = Math.min(wanted, working);
  const first = new Uint32Array(full);
  const weights = new Float32Array(taps * full);
  for (let pixel = 0; pixel < full; pixel++) {
    const position = (start + (length * (pixel + 0.5)) / full) * working - 0.5;
    first[pixel] = Math.min(working - taps, Math.max(0, Math.floor(position) + 1 - taps / 2));
    for (let tap = 0; tap < taps; tap++) {
      weights[taps * pixel + tap] = weightAt(first[pixel] + tap - position);
    }
  }
  return { taps, first, weights };
}

/** By the sample at its upper left corner, whether all of a window says the same: most do. */
function calmWindows(
  { marginals, labels }: Segmentation,
  { width, height }: Picture,
  across: number,
  down: number,
): Uint8Array {
  const isCalm = new Uint8Array(width * height).fill(1);
  for (let from = 0; from < marginals.length; from += labels.length) {
    for (let y = 0; y + down <= height; y++) {
      for (let x = 0; x + across <= width; x++) {
        const corner = y * width + x;
        if (!isCalm[corner]) continue;
        let least = 255;
        let most = 0;
        for (let tap = 0; tap < across * down; tap++) {
          const value = marginals[from + corner + Math.floor(tap / across) * width + (tap % across)];
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
        isCalm[corner] = Number(most - least <= flat);
      }
    }
  }
  return isCalm;
}

/** Of the shown labels' marginals, 0..255, [y, x]. */
export function shownSums({ marginals, labels }: Segmentation, isShown: readonly boolean[]): Uint8Array {
  const pixelCount = labels.length;
  const sums = new Uint8ClampedArray(pixelCount);
  for (let label = 0; label * pixelCount < marginals.length; label++) {
    if (!isShown[label]) continue;
    for (let pixel = 0; pixel < pixelCount; pixel++) sums[pixel] += marginals[label * pixelCount + pixel];
  }
  return new Uint8Array(sums.buffer);
}

/** The weighted marginals of one pixel after the other. */
class MarginalSums {
  private readonly byLabel: Float64Array;
  private total = 0;

  constructor(
    private readonly full: Picture,
    private readonly working: Picture,
    private readonly segmentation: Segmentation,
    private readonly followsColours: boolean,
  ) {
    this.byLabel = new Float64Array(segmentation.marginals.length / segmentation.labels.length);
  }

  gather(pixel: number, first: number, columns: Windows, x: number, rows: Windows, y: number): void {
    const { byLabel, working } = this;
    const { marginals, labels } = this.segmentation;
    byLabel.fill(0);
    this.total = 0;
    for (let row = 0; row < rows.taps; row++) {
      const down = rows.weights[rows.taps * y + row];
      for (let column = 0; column < columns.taps; column++) {
        const sample = first + row * working.width + column;
        const weight = down * columns.weights[columns.taps * x + column] * this.likeness(pixel, sample);
        this.total += weight;
        for (let label = 0; label < byLabel.length; label++) {
          byLabel[label] += weight * marginals[label * labels.length + sample];
        }
      }
    }
  }

  best(): number {
    return this.byLabel.indexOf(Math.max(...this.byLabel));
  }

  /** Of a label, 0..255. */
  shareOf(label: number): number {
    return Math.min(255, Math.round(this.byLabel[label] / this.total));
  }

  /** Of the shown labels, 0..255. */
  share(isShown: readonly boolean[]): number {
    let sum = 0;
    for (let label = 0; label < this.byLabel.length; label++) if (isShown[label]) sum += this.byLabel[label];
    return Math.min(255, Math.round(sum / this.total));
  }

  private likeness(pixel: number, sample: number): number {
    if (!this.followsColours) return 1;
    const [own, other] = [this.full.pixels, this.working.pixels];
    let distance = 0;
    for (let channel = 0; channel < 3; channel++) {
      distance += (own[4 * pixel + channel] - other[4 * sample + channel]) ** 2;
    }
    return leastLikeness + Math.exp(-distance / (2 * sigmaRGB ** 2));
  }
}
