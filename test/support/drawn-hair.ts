// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../src/index.js';
import { randomNumbers } from './problems.js';

/** Samples along each side of a pixel. */
const samples = 4;

export interface DrawnHair {
  /** The head over its background, opaque. */
  image: RgbaImage;
  /** How much of each pixel the head covers, 0..1, [y, x]. */
  alpha: Float32Array;
  /** Colour of the head alone, 0..255, [y, x, 3]. */
  front: Float32Array;
}

/** A head with loose hair before a wall: what it covers of each pixel, and its colours, are known exactly. */
export function drawnHair(width: number, height: number, seed = 5): DrawnHair {
  const random = randomNumbers(seed);
  const [w, h] = [width * samples, height * samples];
  const covered = new Uint8Array(w * h);
  const [centreX, centreY, radius] = [w / 2, 0.55 * h, 0.25 * h];
  const disc = (x: number, y: number, r: number) => {
    for (let dy = Math.max(0, Math.ceil(y - r)); dy <= Math.min(h - 1, y + r); dy++) {
      for (let dx = Math.max(0, Math.ceil(x - r)); dx <= Math.min(w - 1, x + r); dx++) {
        if ((dx - x) ** 2 + (dy - y) ** 2 <= r * r) covered[dy * w + dx] = 1;
      }
    }
  };
  disc(centreX, centreY, radius);
  for (let strand = 0; strand < 160; strand++) {
    const angle = Math.PI * (1 + random());
    const length = samples * (4 + 7 * random());
    const bend = 0.04 * (random() - 0.5);
    const thickness = samples * (0.25 + 0.5 * random());
    for (let step = 0; step < length; step++) {
      const at = radius + step - samples;
      const turned = angle + bend * (step / samples);
      disc(centreX + at * Math.cos(turned), centreY + at * Math.sin(turned), thickness * (1 - step / (2 * length)));
    }
  }
  const [alpha, front] = [new Float32Array(width * height), new Float32Array(3 * width * height)];
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    let count = 0;
    for (let i = 0; i < samples * samples; i++) {
      count += covered[(y * samples + Math.floor(i / samples)) * w + x * samples + (i % samples)];
    }
    alpha[pixel] = count / samples ** 2;
    const shade = 8 * (random() - 0.5);
    const wall = [205 + 20 * (x / width), 210, 190 + 30 * (y / height)];
    const head = [70, 45, 30];
    for (let channel = 0; channel < 3; channel++) {
      front[3 * pixel + channel] = head[channel] + shade;
      const behind = wall[channel] + 4 * (random() - 0.5);
      data[4 * pixel + channel] = alpha[pixel] * front[3 * pixel + channel] + (1 - alpha[pixel]) * behind;
    }
  }
  return { image: { data, width, height }, alpha, front };
}
