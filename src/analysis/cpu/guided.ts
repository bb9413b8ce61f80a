// SPDX-License-Identifier: MIT

import type { ImageSize } from './neighbourhood.js';

/** Steps of the probability in 0..1: the GPU sums whole numbers. */
const probabilitySteps = 65535;

/**
 * Guided filter with a colour guide: He, Sun and Tang, "Guided image filtering", PAMI 2013. In each window of (2·radius + 1)² pixels, cut off at the
 * edges, the probability is fitted by a·I + b, with a = (Σ + εU)⁻¹ cov(I, p) and b = mean(p) - a·mean(I); a pixel's alpha is the mean of
 * the models of all windows that it is in, applied to its colour. Colours are in 0..1. In double precision.
 *
 * `rgba` is [pixelCount, 4] bytes, `probability` is in 0..1 and rounded to 16 bits; what is no number counts as 0. Gives alpha in 0..1.
 */
export function guidedAlpha(
  rgba: Uint8Array | Uint8ClampedArray,
  probability: Float32Array,
  size: ImageSize,
  radius: number,
  epsilon: number,
): Float32Array {
  const mean = boxMean(size, radius);
  const colours = [0, 1, 2].map((channel) => Float64Array.from(probability, (_p, pixel) => rgba[4 * pixel + channel]));
  const p = Float64Array.from(probability, (value) =>
    Number.isFinite(value) ? Math.floor(Math.fround(Math.min(1, Math.max(0, value)) * probabilitySteps) + 0.5) : 0,
  );
  const product = (a: Float64Array, b: Float64Array) => mean(a.map((value, pixel) => value * b[pixel]));
  const means = colours.map(mean);
  const meanP = mean(p);
  const squares = colours.map((a) => colours.map((b) => product(a, b)));
  const mixed = colours.map((colour) => product(colour, p));
  const models = [0, 1, 2, 3].map(() => new Float64Array(p.length));
  for (let pixel = 0; pixel < p.length; pixel++) {
    const mu = means.map((plane) => plane[pixel]);
    const sigma = squares.map((row, i) =>
      row.map((plane, j) => (plane[pixel] - mu[i] * mu[j]) / 255 ** 2 + (i === j ? epsilon : 0)),
    );
    const covariance = mixed.map((plane, i) => (plane[pixel] - mu[i] * meanP[pixel]) / (255 * probabilitySteps));
    const a = solve3(sigma, covariance);
    a.forEach((factor, i) => {
      models[i][pixel] = factor;
    });
    models[3][pixel] = meanP[pixel] / probabilitySteps - (a[0] * mu[0] + a[1] * mu[1] + a[2] * mu[2]) / 255;
  }
  const [r, g, b, offset] = models.map(mean);
  return Float32Array.from(offset, (constant, pixel) => {
    const value = (r[pixel] * colours[0][pixel] + g[pixel] * colours[1][pixel] + b[pixel] * colours[2][pixel]) / 255;
    return Math.min(1, Math.max(0, value + constant));
  });
}

/** Alpha, but 0 where a trimap says 0 and 1 where it says 2. */
export function withTrimap(alpha: Float32Array, trimap: Uint32Array): Float32Array {
  return alpha.map((value, pixel) => (trimap[pixel] === 1 ? value : trimap[pixel] / 2));
}

/** Cramer's rule. */
function solve3(m: readonly (readonly number[])[], v: readonly number[]): number[] {
  const determinant = (columns: readonly (readonly number[])[]) => {
    const [a, b, c] = columns;
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
  };
  // Symmetric: rows are columns.
  const whole = determinant(m);
  return [0, 1, 2].map((i) => determinant(m.map((column, j) => (i === j ? v : column))) / whole);
}

/** Mean over the window around each pixel, by an integral image. */
function boxMean({ width, height }: ImageSize, radius: number) {
  return (plane: Float64Array): Float64Array => {
    const integral = new Float64Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      let row = 0;
      for (let x = 0; x < width; x++) {
        row += plane[y * width + x];
        integral[(y + 1) * (width + 1) + x + 1] = integral[y * (width + 1) + x + 1] + row;
      }
    }
    return plane.map((_value, pixel) => {
      const x = pixel % width;
      const y = (pixel - x) / width;
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const [top, bottom] = [Math.max(0, y - radius) * (width + 1), Math.min(height, y + radius + 1) * (width + 1)];
      const sum = integral[bottom + right] - integral[bottom + left] - integral[top + right] + integral[top + left];
      return sum / ((right - left) * (bottom / (width + 1) - top / (width + 1)));
    });
  };
}
