// SPDX-License-Identifier: MIT

import { connectedComponents, distanceToZero } from '../../src/analysis/index.js';
import type { PromptStroke } from '../../src/pipeline/index.js';

/** What a person would like to have, [y, x]: 0 background, 1 the object, anything else is of no matter. */
export interface Truth {
  width: number;
  height: number;
  labels: ArrayLike<number>;
}

/** Of the disc that a click marks, in pixels of the photo. */
export const clickRadius = 6;

/**
 * The click of a person who corrects: a disc in the middle of the largest error, with the label that belongs there. An error is a connected part of
 * the picture where one label stands and the other belongs; its middle is the pixel farthest from its border. Undefined where all is right.
 *
 * @param found label map, [y, x]
 */
export function nextClick(found: ArrayLike<number>, truth: Truth): PromptStroke | undefined {
  const { width, height } = truth;
  const errors = [0, 1].map((label) => largestError(found, truth, label));
  const label = errors[1].pixels >= errors[0].pixels ? 1 : 0;
  const { pixels, mask } = errors[label];
  if (pixels === 0) return undefined;
  const distances = distanceToZero({ data: mask, width: width + 2, height: height + 2 });
  const middle = distances.indexOf(distances.reduce((most, distance) => Math.max(most, distance), 0));
  const [x, y] = [(middle % (width + 2)) - 1, Math.floor(middle / (width + 2)) - 1];
  return { label, radius: clickRadius, points: [{ x: x + 0.5, y: y + 0.5 }] };
}

/** Where `label` belongs and the other stands, the largest connected part of it. The mask has a pixel of zeros around: errors end with the picture. */
function largestError(found: ArrayLike<number>, truth: Truth, label: number): { pixels: number; mask: Uint32Array } {
  const { width, height, labels } = truth;
  const size = { width: width + 2, height: height + 2 };
  const wrong = new Uint8Array(size.width * size.height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (labels[pixel] === label && found[pixel] !== label) wrong[(y + 1) * size.width + x + 1] = 1;
    }
  }
  const ids = connectedComponents({ data: wrong, ...size });
  const counts: number[] = [0];
  for (const id of ids) if (id > 0) counts[id] = (counts[id] ?? 0) + 1;
  const largest = counts.indexOf(Math.max(...counts));
  return { pixels: counts[largest], mask: ids.map((id) => (largest > 0 && id === largest ? 1 : 0)) };
}

/** Of label 1, over the pixels that matter. */
export function intersectionOverUnion(found: ArrayLike<number>, { labels }: Truth): number {
  let [both, either] = [0, 0];
  for (let pixel = 0; pixel < found.length; pixel++) {
    if (labels[pixel] > 1) continue;
    const [is, should] = [found[pixel] === 1, labels[pixel] === 1];
    if (is && should) both++;
    if (is || should) either++;
  }
  return either === 0 ? 1 : both / either;
}

/** Whether every pixel whose centre the disc covers has its label. */
export function isObeyed(found: ArrayLike<number>, { width, height }: Truth, { label, points }: PromptStroke): boolean {
  const [{ x, y }] = points;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const distance = Math.hypot((pixel % width) + 0.5 - x, Math.floor(pixel / width) + 0.5 - y);
    if (distance <= clickRadius && found[pixel] !== label) return false;
  }
  return true;
}
