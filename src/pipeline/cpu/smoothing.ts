// SPDX-License-Identifier: MIT

import type { ProblemSize } from '../../problem/types.js';
import type { TemporalParameters } from '../video/temporal-parameters.js';

/** Σb² of the window b below: ((1 + 16 + 1)/36)². */
const noiseShare = 0.25;

/**
 * `TemporalSmoothing` on the CPU: marginals and label map mixed with those of the frames before, by how little the image changed.
 * shaders/pipeline/temporal.wgsl has the formula. Everything is made once.
 */
export class CpuSmoothing {
  /** Q', float32 [label, y, x]. */
  readonly marginals: Float32Array;
  /** [y, x] */
  readonly labelMap: Uint32Array;
  /** Running mean of the image on 0..255, [y, x, 3]: of the frame before, and of this one. */
  private means: [past: Float32Array, present: Float32Array];
  private readonly differences: Float32Array;
  private hasPast = false;

  constructor(readonly size: ProblemSize) {
    const pixelCount = size.width * size.height;
    this.marginals = new Float32Array(size.labelCount * pixelCount);
    this.labelMap = new Uint32Array(pixelCount);
    this.means = [new Float32Array(3 * pixelCount), new Float32Array(3 * pixelCount)];
    this.differences = new Float32Array(3 * pixelCount);
  }

  /** Forgets the frames before. */
  reset(): void {
    this.hasPast = false;
  }

  /**
   * Brings `marginals` and `labelMap` up to a frame.
   *
   * @param rgba bytes, [y, x, 4]
   * @param marginals Q of the frame, [label, y, x]
   */
  take(parameters: Required<TemporalParameters>, rgba: ArrayLike<number>, marginals: Float32Array): void {
    const { width, height } = this.size;
    const { strength, colourSigma } = parameters;
    const [past, present] = this.means;
    const falloff = 1 / (2 * colourSigma * colourSigma);
    if (this.hasPast) this.compare(rgba, past);
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let x = 0; x < width; x++, pixel++) {
        const still = this.hasPast ? Math.exp(-this.changeAt(x, y) * falloff) : 0;
        const weight = strength * still;
        for (let c = 0; c < 3; c++) {
          const now = rgba[4 * pixel + c];
          present[3 * pixel + c] = now + weight * (past[3 * pixel + c] - now);
        }
        this.mixAt(pixel, marginals, weight, parameters.hysteresis * still);
      }
    }
    this.means = [present, past];
    this.hasPast = true;
  }

  private compare(rgba: ArrayLike<number>, past: Float32Array): void {
    const { differences } = this;
    for (let i = 0, at = 0; i < differences.length; i += 3, at += 4) {
      differences[i] = rgba[at] - past[i];
      differences[i + 1] = rgba[at + 1] - past[i + 1];
      differences[i + 2] = rgba[at + 2] - past[i + 2];
    }
  }

  /** max(|Σ b·d|² - Σb²·Σ b·|d|², 0) over 3×3, pixels beyond the border being those at it. */
  private changeAt(x: number, y: number): number {
    const { width, height } = this.size;
    const { differences } = this;
    let red = 0;
    let green = 0;
    let blue = 0;
    let scatter = 0;
    for (let j = -1; j <= 1; j++) {
      const row = Math.min(Math.max(y + j, 0), height - 1) * width;
      for (let i = -1; i <= 1; i++) {
        const at = 3 * (row + Math.min(Math.max(x + i, 0), width - 1));
        const weight = ((i === 0 ? 4 : 1) * (j === 0 ? 4 : 1)) / 36;
        const r = differences[at];
        const g = differences[at + 1];
        const b = differences[at + 2];
        red += weight * r;
        green += weight * g;
        blue += weight * b;
        scatter += weight * (r * r + g * g + b * b);
      }
    }
    return Math.max(red * red + green * green + blue * blue - noiseShare * scatter, 0);
  }

  /** A label gives way only to one whose Q' is above its own by more than `margin`. */
  private mixAt(pixel: number, marginals: Float32Array, weight: number, margin: number): void {
    const { marginals: smoothed, labelMap, hasPast } = this;
    const pixelCount = labelMap.length;
    let best = -1;
    let label = 0;
    for (let other = 0, i = pixel; i < smoothed.length; other++, i += pixelCount) {
      // What was there before the first frame must not matter.
      const probability = weight > 0 ? (1 - weight) * marginals[i] + weight * smoothed[i] : marginals[i];
      smoothed[i] = probability;
      if (probability > best) {
        best = probability;
        label = other;
      }
    }
    if (hasPast) {
      const before = labelMap[pixel];
      if (best - smoothed[before * pixelCount + pixel] <= margin) return;
    }
    labelMap[pixel] = label;
  }
}
