// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readImage } from '../../problem/images.js';
import type { RgbaImage } from '../../problem/types.js';
import { largestFrameSide } from '../frames/plan.js';
import { checkPrompts, type Prompts } from '../prompts/prompts.js';
import { markedProbabilities } from './marked-probabilities.js';

/**
 * What marks say of a picture, by themselves and without a network: label probabilities, float32 [label, y, x] at the picture's size, for `DenseCrf`.
 * Marked pixels have 1 and 0. `Pipeline` with 'colour-prompt' gives its CRF the same for a marked picture, but for marked pixels: their energies are beyond
 * what kernels outvote, where `probabilities` of `DenseCrf` count for 1e-5 at the least. Nothing is loaded, nothing waits.
 *
 * @throws ArgumentError for an image or marks that can't be.
 */
export function markProbabilities(image: RgbaImage, prompts: Prompts): Float32Array {
  const given = readImage('image', image, (argument, value) => checkInteger(argument, value, 1, largestFrameSide));
  if (given.kind !== 'bytes') throw new ArgumentError('image', image, '{ data, width, height }');
  return markedProbabilities(given.image, checkPrompts(prompts), undefined);
}
