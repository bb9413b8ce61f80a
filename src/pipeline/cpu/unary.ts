// SPDX-License-Identifier: MIT

import type { ProblemSize } from '../../problem/types.js';
import { unaryEnergies } from '../../reference/unary.js';
import type { NetworkUnary } from '../api.js';

/**
 * A network's output as energies at the working size, [label, y, x]. A pixel with a value that is not finite is unknown: all labels get the
 * same energy.
 *
 * @param unary planes [label, y, x] at the network's own size
 */
export function energiesOf(unary: NetworkUnary, size: ProblemSize): { energies: Float32Array; hasUnknown: boolean } {
  const { width, height, upsampling = 'half-pixel', window = null } = unary;
  const [form, values] =
    'logits' in unary ? (['logits', unary.logits] as const) : (['probabilities', planesOf(unary)] as const);
  const energies = unaryEnergies({ form, values, width, height, upsampling, layout: 'planar', window }, size);
  return { energies, hasUnknown: evenOutUnknown(energies, size.labelCount) };
}

/** Values of the planes, whichever they are. */
export function planesOf(unary: NetworkUnary): Float32Array {
  if ('logits' in unary) return unary.logits;
  if ('probabilities' in unary) return unary.probabilities;
  return unary.unary;
}

/** The planes of some of the labels. */
export function keptEnergies(energies: Float32Array, kept: readonly number[], pixelCount: number): Float32Array {
  const planes = new Float32Array(kept.length * pixelCount);
  kept.forEach((label, plane) => {
    planes.set(energies.subarray(label * pixelCount, (label + 1) * pixelCount), plane * pixelCount);
  });
  return planes;
}

/** The largest softmax(-energy) of each label over all pixels, [labelCount]: what `presentLabels` judges by. */
export function labelMaximaOf(energies: Float32Array, labelCount: number): Float32Array {
  const pixelCount = energies.length / labelCount;
  const lowest = energies.slice(0, pixelCount);
  for (let i = pixelCount; i < energies.length; i++) {
    const pixel = i % pixelCount;
    if (energies[i] < lowest[pixel]) lowest[pixel] = energies[i];
  }
  const sums = new Float32Array(pixelCount);
  for (let i = 0; i < energies.length; i++) sums[i % pixelCount] += Math.exp(lowest[i % pixelCount] - energies[i]);
  const maxima = new Float32Array(labelCount);
  for (let label = 0, i = 0; label < labelCount; label++) {
    let most = 0;
    for (let pixel = 0; pixel < pixelCount; pixel++, i++) {
      most = Math.max(most, Math.exp(lowest[pixel] - energies[i]) / sums[pixel]);
    }
    maxima[label] = most;
  }
  return maxima;
}

/** Whether there was an unknown pixel. */
function evenOutUnknown(energies: Float32Array, labelCount: number): boolean {
  const pixelCount = energies.length / labelCount;
  let hasUnknown = false;
  for (let i = 0; i < energies.length; i++) {
    if (Number.isFinite(energies[i])) continue;
    hasUnknown = true;
    for (let at = i % pixelCount; at < energies.length; at += pixelCount) energies[at] = Math.log(labelCount);
  }
  return hasUnknown;
}
