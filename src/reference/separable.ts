// SPDX-License-Identifier: MIT

import { separableRadius } from '../crf/parameters.js';
import type { ProblemSize } from '../crf/types.js';
import { exponential } from './exponential.js';
import type { Filter, Rows } from './filter.js';

/**
 * The spatial kernel as two one-dimensional convolutions, rows then columns, cut off at `separableRadius`.
 * Pixels outside the image weigh nothing.
 */
export class SeparableFilter implements Filter {
  readonly pointCount: number;
  private readonly tapsX: Float32Array;
  private readonly tapsY: Float32Array;
  private between = new Float32Array(0);

  /** @param sigmas of x and y, in pixels */
  constructor(
    private readonly size: ProblemSize,
    sigmas: readonly number[],
  ) {
    this.pointCount = size.width * size.height;
    this.tapsX = gaussianTaps(sigmas[0], size.width);
    this.tapsY = gaussianTaps(sigmas[1], size.height);
  }

  apply(
    input: Rows,
    channelCount: number,
    scaleBefore: Float32Array | null,
    scaleAfter: Float32Array | null,
    out: Float32Array,
  ): void {
    const { width, height } = this.size;
    const length = this.pointCount * channelCount;
    if (this.between.length !== length) this.between = new Float32Array(length);
    const { between, tapsX, tapsY } = this;
    between.fill(0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = (y * width + x) * channelCount;
        const last = Math.min(width, x + tapsX.length);
        for (let other = Math.max(0, x - tapsX.length + 1); other < last; other++) {
          const from = y * width + other;
          const scale = scaleBefore === null ? 1 : scaleBefore[from];
          const weight = scale * tapsX[Math.abs(other - x)];
          addRow(between, to, weight, input.values, from * input.stride, channelCount);
        }
      }
    }
    out.fill(0);
    for (let y = 0; y < height; y++) {
      const last = Math.min(height, y + tapsY.length);
      for (let other = Math.max(0, y - tapsY.length + 1); other < last; other++) {
        const tap = tapsY[Math.abs(other - y)];
        for (let x = 0; x < width; x++) {
          const pixel = y * width + x;
          const weight = scaleAfter === null ? tap : tap * scaleAfter[pixel];
          const from = (other * width + x) * channelCount;
          addRow(out, pixel * channelCount, weight, between, from, channelCount);
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
  channelCount: number,
): void {
  for (let c = 0; c < channelCount; c++) target[to + c] += weight * source[from + c];
}

/** exp(-½ (x/sigma)²) for x = 0..radius, no further than an axis of `extent` pixels reaches. */
function gaussianTaps(sigma: number, extent: number): Float32Array {
  const radius = Math.min(separableRadius(sigma), extent - 1);
  return Float32Array.from({ length: radius + 1 }, (_, x) => exponential(-0.5 * (x / sigma) ** 2));
}
