// SPDX-License-Identifier: MIT

import type { NetworkUnary } from '../api.js';
import { energiesOf } from '../cpu/unary.js';
import type { PriorAt } from './marked-probabilities.js';

/** What a network gave out for `labelCount` labels, as probabilities at any size. */
export function networkPrior(unary: NetworkUnary, labelCount: number): PriorAt {
  return (size) => {
    const { energies } = energiesOf(unary, { ...size, labelCount });
    const pixelCount = size.width * size.height;
    for (let pixel = 0; pixel < pixelCount; pixel++) softmax(energies, pixel, pixelCount);
    return energies;
  };
}

/** In place: softmax(-energy) over the labels of one pixel. */
function softmax(energies: Float32Array, pixel: number, pixelCount: number): void {
  let least = Number.POSITIVE_INFINITY;
  for (let i = pixel; i < energies.length; i += pixelCount) least = Math.min(least, energies[i]);
  let sum = 0;
  for (let i = pixel; i < energies.length; i += pixelCount) {
    energies[i] = Math.exp(least - energies[i]);
    sum += energies[i];
  }
  for (let i = pixel; i < energies.length; i += pixelCount) energies[i] /= sum;
}
