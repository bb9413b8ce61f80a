// SPDX-License-Identifier: MIT

import { Readback } from '../../gpu/readback.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import type { Extent } from '../frames/plan.js';
import type { PlacedUnary } from '../network-run.js';
import type { CheckedPrompts } from '../prompts/prompts.js';
import { markedEnergies, markedProbabilities } from './marked-probabilities.js';
import { networkPrior } from './network-prior.js';

/**
 * The unary of a marked photo that lies on the GPU. Ways through a picture are followed one after the other, which is no work for a GPU: picture and
 * output are read back, and the result is the CPU's.
 *
 * @param image RGBA bytes, u32 [y, x]
 * @param unary what a network gave out for the labels of `prompts`; undefined where it is told what to look for
 */
export async function markUnary(
  device: ScopedDevice,
  image: Extent & { buffer: GPUBuffer },
  prompts: CheckedPrompts,
  unary: PlacedUnary | undefined,
): Promise<{ unary: Float32Array }> {
  const readback = new Readback(device);
  try {
    const { buffer, width, height } = image;
    const words = await readback.words(buffer, 0, width * height);
    const prior = unary && networkPrior(await planesOf(readback, unary, prompts.labelCount), prompts.labelCount);
    const data = new Uint8ClampedArray(words.buffer);
    return { unary: markedEnergies(markedProbabilities({ data, width, height }, prompts, prior)) };
  } finally {
    readback.destroy();
  }
}

async function planesOf(readback: Readback, unary: PlacedUnary, labelCount: number) {
  const count = labelCount * unary.width * unary.height;
  return 'logits' in unary
    ? { ...unary, logits: await readback.floats(unary.logits, count) }
    : { ...unary, probabilities: await readback.floats(unary.probabilities, count) };
}
