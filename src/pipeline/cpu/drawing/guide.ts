// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../../problem/types.js';
import { type CpuLabels, floatsOf } from './scene.js';

/** Probabilities below and above these are surely background and foreground: shaders/pipeline/draw-guide.wgsl. */
const low = 0.15;
const high = 0.85;

/**
 * (red, green, blue, coarse opacity), each 0..1, a working pixel, [height, width, 4]: the frame's mean colour under it, by area, and how
 * much it is foreground.
 */
export class Guide {
  pixels = new Float32Array();
  private columns: Cover | undefined;
  private rows: Cover | undefined;
  private sums = new Float32Array();

  /** @param isForeground by label */
  take(frame: RgbaImage, labels: CpuLabels, isForeground: readonly boolean[]): void {
    const { width, height, labelCount, marginals } = labels;
    const pixelCount = width * height;
    this.pixels = floatsOf(4 * pixelCount, this.pixels);
    this.takeColours(frame, width, height);
    const { pixels } = this;
    for (let pixel = 0, i = 3; pixel < pixelCount; pixel++, i += 4) {
      let probability = 0;
      for (let label = 0, at = pixel; label < labelCount; label++, at += pixelCount) {
        if (isForeground[label]) probability += marginals[at];
      }
      const part = Math.min(Math.max((probability - low) / (high - low), 0), 1);
      pixels[i] = part * part * (3 - 2 * part);
    }
  }

  private takeColours(
    { data, width: frameWidth, height: frameHeight }: RgbaImage,
    width: number,
    height: number,
  ): void {
    this.columns = coverOf(frameWidth, width, this.columns);
    this.rows = coverOf(frameHeight, height, this.rows);
    this.sums = floatsOf(3 * frameWidth, this.sums);
    const { columns, rows, sums, pixels } = this;
    for (let y = 0, to = 0; y < height; y++) {
      sums.fill(0);
      for (let tap = rows.firsts[y]; tap < rows.firsts[y + 1]; tap++) {
        const weight = rows.weights[tap] / 255;
        let from = 4 * frameWidth * rows.places[tap];
        for (let i = 0; i < sums.length; i += 3, from += 4) {
          sums[i] += weight * data[from];
          sums[i + 1] += weight * data[from + 1];
          sums[i + 2] += weight * data[from + 2];
        }
      }
      for (let x = 0; x < width; x++, to += 4) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let tap = columns.firsts[x]; tap < columns.firsts[x + 1]; tap++) {
          const weight = columns.weights[tap];
          const from = 3 * columns.places[tap];
          red += weight * sums[from];
          green += weight * sums[from + 1];
          blue += weight * sums[from + 2];
        }
        pixels[to] = red;
        pixels[to + 1] = green;
        pixels[to + 2] = blue;
      }
    }
  }
}

/** Along one axis, the pixels that each cell covers and how much of the cell each is. Cell i has taps firsts[i]..firsts[i + 1] - 1. */
interface Cover {
  length: number;
  cells: number;
  firsts: Int32Array;
  places: readonly number[];
  weights: readonly number[];
}

/** The one before, where it has the sizes. */
function coverOf(length: number, cells: number, before: Cover | undefined): Cover {
  if (before?.length === length && before.cells === cells) return before;
  const cell = length / cells;
  const firsts = new Int32Array(cells + 1);
  const places: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < cells; i++) {
    firsts[i] = places.length;
    const [from, end] = [i * cell, (i + 1) * cell];
    let sum = 0;
    for (let at = Math.floor(from); at < Math.min(Math.ceil(end), length); at++) {
      places.push(at);
      weights.push(Math.max(0, Math.min(at + 1, end) - Math.max(at, from)));
      sum += weights[weights.length - 1];
    }
    for (let tap = firsts[i]; tap < places.length; tap++) weights[tap] /= sum;
  }
  firsts[cells] = places.length;
  return { length, cells, firsts, places, weights };
}
