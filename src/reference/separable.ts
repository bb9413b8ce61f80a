// SPDX-License-Identifier: MIT

import { separableRadius } from '../problem/parameters.js';
import type { Normalization, ProblemSize } from '../problem/types.js';
import { exponential } from './exponential.js';
import { type Factors, factorsOf, noScaling, type ScaledFilter, type Scaling } from './filter.js';
import { normalize } from './normalization.js';

/**
 * The spatial kernel as two one-dimensional convolutions, rows then columns, cut off at `separableRadius`.
 * Pixels outside the image weigh nothing.
 */
export class SeparableFilter implements ScaledFilter {
  readonly pointCount: number;
  readonly vertexCount = null;
  private scaling: Factors;
  private readonly tapsX: Float32Array;
  private readonly tapsY: Float32Array;
  private between = new Float32Array(0);

  /** @param sigmas of x and y, in pixels */
  constructor(
    private readonly size: ProblemSize,
    sigmas: readonly number[],
  ) {
    this.pointCount = size.width * size.height;
    this.scaling = factorsOf(noScaling, this.pointCount);
    this.tapsX = gaussianTaps(sigmas[0], size.width);
    this.tapsY = gaussianTaps(sigmas[1], size.height);
  }

  normalize(normalization: Normalization): void {
    normalize(this, normalization);
  }

  setScaling(scaling: Scaling): void {
    this.scaling = factorsOf(scaling, this.pointCount);
  }

  filterOnes(): Float32Array {
    const sums = new Float32Array(this.pointCount);
    this.addFiltered(new Float32Array(this.pointCount).fill(1), 1, 1, sums);
    return sums;
  }

  addFiltered(marginals: Float32Array, labelCount: number, weight: number, out: Float32Array, onto = out): void {
    if (onto !== out) out.set(onto);
    const length = this.pointCount * labelCount;
    if (this.between.length !== length) this.between = new Float32Array(length);
    this.between.fill(0);
    this.convolveRows(marginals, labelCount, this.scaling.before);
    this.convolveColumns(labelCount, this.scaling.after, weight, out);
  }

  private convolveRows(marginals: Float32Array, labelCount: number, before: Float32Array): void {
    const { between, tapsX } = this;
    const { width, height } = this.size;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = (y * width + x) * labelCount;
        const end = Math.min(width, x + tapsX.length);
        for (let other = Math.max(0, x - tapsX.length + 1); other < end; other++) {
          const from = y * width + other;
          const tap = tapsX[Math.abs(other - x)];
          const share = tap * before[from];
          addRow(between, to, share, marginals, from * labelCount, labelCount);
        }
      }
    }
  }

  private convolveColumns(labelCount: number, after: Float32Array, weight: number, out: Float32Array): void {
    const { between, tapsY } = this;
    const { width, height } = this.size;
    for (let y = 0; y < height; y++) {
      const end = Math.min(height, y + tapsY.length);
      for (let other = Math.max(0, y - tapsY.length + 1); other < end; other++) {
        const tap = weight * tapsY[Math.abs(other - y)];
        for (let x = 0; x < width; x++) {
          const pixel = y * width + x;
          const share = tap * after[pixel];
          const from = (other * width + x) * labelCount;
          addRow(out, pixel * labelCount, share, between, from, labelCount);
        }
      }
    }
  }
}

function addRow(
  target: Float32Array,
  to: number,
  weight: number,
  source: Float32Array,
  from: number,
  labelCount: number,
): void {
  for (let label = 0; label < labelCount; label++) target[to + label] += weight * source[from + label];
}

/** exp(-½ (x/sigma)²) for x = 0..radius, no further than an axis of `extent` pixels reaches. */
function gaussianTaps(sigma: number, extent: number): Float32Array {
  const radius = Math.min(separableRadius(sigma), extent - 1);
  return Float32Array.from({ length: radius + 1 }, (_, x) => exponential(-0.5 * (x / sigma) ** 2));
}
