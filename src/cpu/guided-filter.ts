// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../problem/types.js';

interface Extent {
  width: number;
  height: number;
}

/** A value a pixel, [y, x]. In double precision where results must hold to 1e-6 whatever epsilon is, in single where memory and time count. */
export type Plane = Float32Array | Float64Array;

/** The linear model of the colour by pixel: value = red·R + green·G + blue·B + offset, colours in 0..1. */
export interface GuidedModels {
  red: Plane;
  green: Plane;
  blue: Plane;
  offset: Plane;
}

/**
 * Guided filter with a colour guide: He, Sun and Tang, "Guided image filtering", PAMI 2013. In each window of (2·radius + 1)² pixels, cut off at the
 * edges, a plane p is fitted by a·I + b, with a = (Σ + εU)⁻¹ cov(I, p) and b = mean(p) - a·mean(I); what a pixel gets is the mean of the models of
 * all windows that it is in, applied to its colour. Colours are in 0..1.
 *
 * All memory is allocated at the start; a guide is looked at once, however many planes are filtered by it.
 */
export class GuidedFilter {
  private readonly colours: readonly [Plane, Plane, Plane];
  /** Means of the colours by window. */
  private readonly means: readonly [Plane, Plane, Plane];
  /** (Σ + εU)⁻¹ by window: rr, rg, rb, gg, gb, bb. */
  private readonly inverse: readonly Plane[];
  private readonly models: GuidedModels;
  private readonly meanP: Plane;
  private readonly product: Plane;
  private readonly mean: (from: Plane, to: Plane) => void;

  /**
   * @param radius pixels, from 0
   * @param plane what values are kept in
   */
  constructor(
    readonly size: Extent,
    radius: number,
    newPlane: (length: number) => Plane = (length) => new Float32Array(length),
  ) {
    const plane = () => newPlane(size.width * size.height);
    this.colours = [plane(), plane(), plane()];
    this.means = [plane(), plane(), plane()];
    this.inverse = [plane(), plane(), plane(), plane(), plane(), plane()];
    this.models = { red: plane(), green: plane(), blue: plane(), offset: plane() };
    this.meanP = plane();
    this.product = plane();
    this.mean = boxMean(size, radius);
  }

  /** Looks at the guide. Nothing else is done until the next one: `rgba` may change afterwards. */
  setGuide(rgba: RgbaImage['data'], epsilon: number): void {
    const { colours, means, inverse, product } = this;
    colours.forEach((plane, channel) => {
      for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = rgba[4 * pixel + channel] / 255;
    });
    colours.forEach((plane, channel) => {
      this.mean(plane, means[channel]);
    });
    let entry = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = i; j < 3; j++) {
        multiply(colours[i], colours[j], product);
        this.mean(product, inverse[entry++]);
      }
    }
    invertCovariances(means, inverse, epsilon);
  }

  /** The models of a plane, averaged over the windows that a pixel is in. Overwritten by the next call. */
  fit(p: Plane): Readonly<GuidedModels> {
    const { colours, means, inverse, models, meanP, product, mean } = this;
    const { red, green, blue, offset } = models;
    mean(p, meanP);
    for (const [channel, to] of [red, green, blue].entries()) {
      multiply(colours[channel], p, product);
      mean(product, to);
    }
    const [rr, rg, rb, gg, gb, bb] = inverse;
    const [meanR, meanG, meanB] = means;
    for (let pixel = 0; pixel < p.length; pixel++) {
      const ofP = meanP[pixel];
      const [r, g, b] = [meanR[pixel], meanG[pixel], meanB[pixel]];
      const [withR, withG, withB] = [red[pixel] - r * ofP, green[pixel] - g * ofP, blue[pixel] - b * ofP];
      const aR = rr[pixel] * withR + rg[pixel] * withG + rb[pixel] * withB;
      const aG = rg[pixel] * withR + gg[pixel] * withG + gb[pixel] * withB;
      const aB = rb[pixel] * withR + gb[pixel] * withG + bb[pixel] * withB;
      red[pixel] = aR;
      green[pixel] = aG;
      blue[pixel] = aB;
      offset[pixel] = ofP - aR * r - aG * g - aB * b;
    }
    for (const plane of [red, green, blue, offset]) {
      product.set(plane);
      mean(product, plane);
    }
    return models;
  }

  /** The plane, filtered and kept in 0..1. */
  filter(p: Plane, to: Plane): void {
    const { red, green, blue, offset } = this.fit(p);
    const [r, g, b] = this.colours;
    for (let pixel = 0; pixel < p.length; pixel++) {
      const value = red[pixel] * r[pixel] + green[pixel] * g[pixel] + blue[pixel] * b[pixel] + offset[pixel];
      to[pixel] = Math.min(1, Math.max(0, value));
    }
  }
}

function multiply(a: Plane, b: Plane, to: Plane): void {
  for (let i = 0; i < to.length; i++) to[i] = a[i] * b[i];
}

/** Means of products of colours become (Σ + εU)⁻¹, by cofactors. */
function invertCovariances(means: readonly Plane[], entries: readonly Plane[], epsilon: number): void {
  const [rr, rg, rb, gg, gb, bb] = entries;
  const [meanR, meanG, meanB] = means;
  for (let pixel = 0; pixel < meanR.length; pixel++) {
    const [r, g, b] = [meanR[pixel], meanG[pixel], meanB[pixel]];
    const a = rr[pixel] - r * r + epsilon;
    const d = rg[pixel] - r * g;
    const e = rb[pixel] - r * b;
    const f = gg[pixel] - g * g + epsilon;
    const h = gb[pixel] - g * b;
    const i = bb[pixel] - b * b + epsilon;
    const [ofA, ofD, ofE] = [f * i - h * h, e * h - d * i, d * h - e * f];
    const whole = a * ofA + d * ofD + e * ofE;
    rr[pixel] = ofA / whole;
    rg[pixel] = ofD / whole;
    rb[pixel] = ofE / whole;
    gg[pixel] = (a * i - e * e) / whole;
    gb[pixel] = (d * e - a * h) / whole;
    bb[pixel] = (a * f - d * d) / whole;
  }
}

/** Mean over the part within the image of the window around each pixel; `to` may not be `from`. Sums slide, in double precision. */
export function boxMean({ width, height }: Extent, radius: number): (from: Plane, to: Plane) => void {
  const columns = new Float64Array(width);
  return (from, to) => {
    columns.fill(0);
    for (let y = 0; y < Math.min(height, radius); y++) addRow(columns, from, y * width, 1);
    for (let y = 0; y < height; y++) {
      if (y + radius < height) addRow(columns, from, (y + radius) * width, 1);
      if (y > radius) addRow(columns, from, (y - radius - 1) * width, -1);
      const rows = Math.min(height, y + radius + 1) - Math.max(0, y - radius);
      meanAlongRow(columns, rows, radius, to, y * width);
    }
  };
}

function addRow(columns: Float64Array, from: Plane, start: number, sign: number): void {
  for (let x = 0; x < columns.length; x++) columns[x] += sign * from[start + x];
}

function meanAlongRow(columns: Float64Array, rows: number, radius: number, to: Plane, start: number): void {
  const width = columns.length;
  let sum = 0;
  for (let x = 0; x < Math.min(width, radius); x++) sum += columns[x];
  for (let x = 0; x < width; x++) {
    if (x + radius < width) sum += columns[x + radius];
    if (x > radius) sum -= columns[x - radius - 1];
    const across = Math.min(width, x + radius + 1) - Math.max(0, x - radius);
    to[start + x] = sum / (across * rows);
  }
}
