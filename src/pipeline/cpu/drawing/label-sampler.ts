// SPDX-License-Identifier: MIT

import type { Contours } from './contours.js';
import type { CpuLabels } from './scene.js';

/** The label at a position, the nearest other one, and the distance to the contour between the two, in working pixels. */
export interface LabelsNear {
  own: number;
  other: number;
  distance: number;
}

/** Weights of the quadratic B-spline at -1, 0 and 1 around its nearest sample: smooth contours from whole pixels. */
function splineWeights(part: number, into: Float64Array): void {
  into[0] = 0.5 * (0.5 - part) ** 2;
  into[1] = 0.75 - part * part;
  into[2] = 0.5 * (0.5 + part) ** 2;
}

/** Labels between working pixels: `labelsAt` of shaders/pipeline/draw.wgsl. */
export class LabelSampler {
  private readonly across = new Float64Array(3);
  private readonly down = new Float64Array(3);
  private readonly labels = new Uint32Array(9);
  private readonly distances = new Float64Array(9);

  constructor(
    private readonly source: CpuLabels,
    private readonly contours: Contours,
    /** Distance beyond which nothing is drawn but a label's own colour. */
    private readonly outlineReach: number,
  ) {}

  /** @param x,y in working pixels, 0 at the edge */
  at(x: number, y: number, into: LabelsNear): void {
    const { labelMap, width, height } = this.source;
    const { distances: away, beyond } = this.contours;
    const centreX = Math.min(Math.max(Math.floor(x), 0), width - 1);
    const centreY = Math.min(Math.max(Math.floor(y), 0), height - 1);
    const middle = centreY * width + centreX;
    into.own = labelMap[middle];
    into.other = beyond[middle];
    into.distance = away[middle];
    if (away[middle] - 1.5 > this.outlineReach) return;
    const { across, down, labels, distances } = this;
    splineWeights(Math.min(Math.max(x - centreX - 0.5, -0.5), 0.5), across);
    splineWeights(Math.min(Math.max(y - centreY - 0.5, -0.5), 0.5), down);
    let sum = 0;
    let isPlain = true;
    for (let i = 0; i < 9; i++) {
      const column = Math.min(Math.max(centreX + (i % 3) - 1, 0), width - 1);
      const row = Math.min(Math.max(centreY + Math.floor(i / 3) - 1, 0), height - 1);
      const pixel = row * width + column;
      labels[i] = labelMap[pixel];
      distances[i] = away[pixel] * across[i % 3] * down[Math.floor(i / 3)];
      sum += distances[i];
      isPlain &&= labels[i] === into.own;
    }
    if (isPlain) into.distance = sum;
    else this.choose(into);
  }

  /** Of each label's interpolated distance to its contour, positive inside, the two highest decide. */
  private choose(into: LabelsNear): void {
    const { labels, distances } = this;
    let first = -1e9;
    let second = -1e9;
    into.own = into.other = 0;
    for (let i = 0; i < 9; i++) {
      if (labels.indexOf(labels[i]) < i) continue;
      let score = 0;
      for (let j = 0; j < 9; j++) score += labels[j] === labels[i] ? distances[j] : -distances[j];
      if (score > first) {
        second = first;
        into.other = into.own;
        first = score;
        into.own = labels[i];
      } else if (score > second) {
        second = score;
        into.other = labels[i];
      }
    }
    into.distance = 0.5 * (first - second);
  }
}
