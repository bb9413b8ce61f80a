// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../../problem/types.js';
import { planBlur } from '../../drawing/blur-plan.js';
import { floatsOf, type Layer } from './scene.js';

/** The frame's background, blurred without the foreground: premultiplied, some times smaller than the frame. */
export interface BlurredBackground extends Layer {
  /** Frame pixels a pixel. */
  scale: number;
}

/** As shaders/pipeline/draw-background.wgsl, draw-halve.wgsl and draw-blur.wgsl have it. */
export class Background {
  private readonly levels: Float32Array<ArrayBuffer>[] = [];
  private between = new Float32Array();
  private blurred = new Float32Array();

  /** @param sigmaXY in frame pixels */
  blur(frame: RgbaImage, foreground: { pixels: Float32Array }, sigmaXY: number): BlurredBackground {
    const levelCount = Math.max(1, Math.ceil(Math.log2(Math.max(frame.width, frame.height))));
    const { exponent, sigma, radius } = planBlur(sigmaXY, levelCount);
    let [width, height] = [Math.ceil(frame.width / 2), Math.ceil(frame.height / 2)];
    this.levels[0] = floatsOf(4 * width * height, this.levels[0]);
    halveRest(frame, foreground.pixels, this.levels[0]);
    for (let level = 1; level < exponent; level++) {
      const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      this.levels[level] = floatsOf(4 * halfWidth * halfHeight, this.levels[level]);
      halve(this.levels[level - 1], width, height, this.levels[level]);
      [width, height] = [halfWidth, halfHeight];
    }
    const weights = gaussian(sigma, radius);
    this.between = floatsOf(4 * width * height, this.between);
    this.blurred = floatsOf(4 * width * height, this.blurred);
    blurLines(this.levels[exponent - 1], this.between, weights, {
      lines: height,
      length: width,
      step: 4,
      line: 4 * width,
    });
    blurLines(this.between, this.blurred, weights, { lines: width, length: height, step: 4 * width, line: 4 });
    return { width, height, pixels: this.blurred, scale: 2 ** exponent };
  }
}

/** What the frame holds outside the foreground, at half size. */
function halveRest({ data, width, height }: RgbaImage, foreground: Float32Array, halved: Float32Array): void {
  const halfWidth = Math.ceil(width / 2);
  halved.fill(0);
  for (let y = 0, i = 0; y < height; y++) {
    const line = 4 * (y >> 1) * halfWidth;
    for (let x = 0; x < width; x++, i += 4) {
      const opacity = data[i + 3] / 255;
      const share = opacity - foreground[i + 3];
      if (share <= 0) continue;
      const to = line + 4 * (x >> 1);
      const factor = opacity / 255;
      for (let c = 0; c < 3; c++) {
        const left = data[i + c] * factor - foreground[i + c];
        halved[to + c] += 0.25 * Math.min(Math.max(left, 0), share);
      }
      halved[to + 3] += 0.25 * share;
    }
  }
}

function halve(source: Float32Array, width: number, height: number, halved: Float32Array): void {
  const halfWidth = Math.ceil(width / 2);
  halved.fill(0);
  for (let y = 0, i = 0; y < height; y++) {
    const line = 4 * (y >> 1) * halfWidth;
    for (let x = 0; x < width; x++, i += 4) {
      const to = line + 4 * (x >> 1);
      for (let c = 0; c < 4; c++) halved[to + c] += 0.25 * source[i + c];
    }
  }
}

/** Weights by distance, 0..radius. */
function gaussian(sigma: number, radius: number): readonly number[] {
  const falloff = sigma > 0 ? 1 / (2 * sigma * sigma) : 0;
  return Array.from({ length: radius + 1 }, (_, distance) => Math.exp(-falloff * distance * distance));
}

interface Lines {
  lines: number;
  /** Pixels of a line. */
  length: number;
  /** From pixel to pixel, and from line to line, in numbers. */
  step: number;
  line: number;
}

/** Along lines, cut off at the border, weights made to sum to 1. */
function blurLines(
  source: Float32Array,
  target: Float32Array,
  weights: readonly number[],
  { lines, length, step, line }: Lines,
): void {
  const radius = weights.length - 1;
  for (let number = 0; number < lines; number++) {
    const start = number * line;
    for (let at = 0; at < length; at++) {
      let sum = 0;
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let other = Math.max(at - radius, 0); other <= Math.min(at + radius, length - 1); other++) {
        const weight = weights[Math.abs(other - at)];
        const from = start + other * step;
        sum += weight;
        red += weight * source[from];
        green += weight * source[from + 1];
        blue += weight * source[from + 2];
        alpha += weight * source[from + 3];
      }
      const to = start + at * step;
      target[to] = red / sum;
      target[to + 1] = green / sum;
      target[to + 2] = blue / sum;
      target[to + 3] = alpha / sum;
    }
  }
}
