// SPDX-License-Identifier: MIT

import { checkColour } from '../../src/problem/colours.js';
import { drawnImage } from './problems.js';
import { randomNumbers } from './random.js';

/** A frame and its labels at the working size. */
export interface DrawnScene {
  frame: { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number };
  labels: {
    width: number;
    height: number;
    labelCount: number;
    labelMap: Uint32Array<ArrayBuffer>;
    /** Sum to 1 a pixel, [label, y, x]. */
    marginals: Float32Array<ArrayBuffer>;
  };
  colours: ReturnType<typeof checkColour>[];
}

/** Regions of colour and of labels, with soft borders and noise; some of the frame is transparent, unless it is opaque. */
export function drawnScene(
  frameWidth: number,
  frameHeight: number,
  width: number,
  height: number,
  labelCount: number,
  { isOpaque = false } = {},
): DrawnScene {
  const data = new Uint8ClampedArray(drawnImage(frameWidth, frameHeight, 'blobs', 5).data);
  if (!isOpaque) for (let i = 3; i < data.length; i += 4 * 7) data[i] = (i * 5) % 256;
  const random = randomNumbers(11);
  const marginals = new Float32Array(labelCount * width * height);
  const labelMap = new Uint32Array(width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const angle = Math.atan2(Math.floor(pixel / width) - height * 0.45, (pixel % width) - width * 0.55) + Math.PI;
    const place = ((angle / (2 * Math.PI)) * labelCount) % labelCount;
    const scores = Array.from({ length: labelCount }, (_, label) => {
      const away = Math.min(Math.abs(place - label - 0.5), labelCount - Math.abs(place - label - 0.5));
      return Math.exp(-12 * away + random());
    });
    const sum = scores.reduce((total, score) => total + score, 0);
    for (const [label, score] of scores.entries()) marginals[label * width * height + pixel] = score / sum;
    labelMap[pixel] = scores.indexOf(Math.max(...scores));
  }
  const names = ['#00000000', '#c02040', '#20a060c0', '#3050d0'];
  return {
    frame: { data, width: frameWidth, height: frameHeight },
    labels: { width, height, labelCount, labelMap, marginals },
    colours: Array.from({ length: labelCount }, (_, label) => checkColour('colour', names[label % names.length])),
  };
}
