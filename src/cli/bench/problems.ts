// SPDX-License-Identifier: MIT

import type { ProblemSize, RgbaImage } from '../../index.js';
import type { BenchCase } from './options.js';

/** The photograph, stretched to the size, or noise from a seed: RGBA [y, x]. */
export function pictureOf({ width, height, picture }: BenchCase, photo: RgbaImage): RgbaImage {
  const data = new Uint8ClampedArray(4 * width * height);
  if (picture === 'noise') {
    const random = randomNumbers(1);
    for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : 256 * random();
    return { data, width, height };
  }
  for (let channel = 0; channel < 4; channel++) {
    const plane = Float32Array.from({ length: photo.width * photo.height }, (_, i) => photo.data[4 * i + channel]);
    const stretched = resample(plane, photo.width, photo.height, width, height);
    for (let i = 0; i < stretched.length; i++) data[4 * i + channel] = stretched[i];
  }
  return { data, width, height };
}

/** Logits as a network gives them, smooth over tens of pixels: [label, y, x], each label a coarse grid of noise stretched. */
export function smoothLogits({ width, height, labelCount }: ProblemSize): Float32Array {
  const random = randomNumbers(7);
  const [columns, lines] = [13, 9];
  const logits = new Float32Array(labelCount * width * height);
  for (let label = 0; label < labelCount; label++) {
    const coarse = Float32Array.from({ length: columns * lines }, () => 8 * random() - 4);
    logits.set(resample(coarse, columns, lines, width, height), label * width * height);
  }
  return logits;
}

/** Bilinear, corners aligned. */
function resample(plane: Float32Array, fromWidth: number, fromHeight: number, width: number, height: number) {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const atY = (y * (fromHeight - 1)) / Math.max(1, height - 1);
    const top = Math.floor(atY);
    const bottom = Math.min(top + 1, fromHeight - 1);
    for (let x = 0; x < width; x++) {
      const atX = (x * (fromWidth - 1)) / Math.max(1, width - 1);
      const left = Math.floor(atX);
      const right = Math.min(left + 1, fromWidth - 1);
      const above = mix(plane[top * fromWidth + left], plane[top * fromWidth + right], atX - left);
      const below = mix(plane[bottom * fromWidth + left], plane[bottom * fromWidth + right], atX - left);
      out[y * width + x] = mix(above, below, atY - top);
    }
  }
  return out;
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}

/** Numbers in 0..1 that are the same in every run: a linear congruential generator (Numerical Recipes, chapter 7.1). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
