// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readFloatNpy } from '../../src/cli/files/npy.js';

const fixtures = path.join(import.meta.dirname, '../fixtures');

export interface GoldenCase {
  name: string;
  width: number;
  height: number;
  labelCount: number;
  /** Those whose Q is stored. */
  iterations: number[];
  kernels: { type: string }[];
  /** Name of the image, where a kernel needs one. */
  image: string | null;
}

export const goldenNames = [
  'anisotropic',
  'bilateral-after',
  'bilateral-before',
  'bilateral-none',
  'bilateral-symmetric',
  'compatibility-diagonal',
  'compatibility-matrix',
  'default-21-labels',
  'default-5-labels',
  'features-grey-3d',
  'gaussian-after',
  'gaussian-symmetric',
  'no-kernels',
  'photo-21-labels',
  'scribbles-2-labels',
] as const;

export type GoldenName = (typeof goldenNames)[number];

export function goldenFile(golden: GoldenName, file: string): string {
  return path.join(fixtures, golden, file);
}

export function goldenCase(golden: GoldenName): GoldenCase {
  return JSON.parse(readFileSync(goldenFile(golden, 'case.json'), 'utf8'));
}

/** pydensecrf's Q after so many iterations, [label, y, x]. */
export async function goldenMarginals(golden: GoldenName, iterations: number): Promise<Float32Array> {
  return (await readFloatNpy(goldenFile(golden, `q_${iterations}.npy`))).data;
}

/** How far from pydensecrf's Q a faithful lattice may be. */
export function goldenTolerance(iterations: number): number {
  return iterations <= 1 ? 1e-4 : 1e-3;
}

/** Pixels whose label is not the likeliest in `marginals` although that is so by more than `margin`. */
export function countWrongLabels(labels: ArrayLike<number>, marginals: Float32Array, margin = 0.01): number {
  const pixelCount = labels.length;
  let wrong = 0;
  for (let i = 0; i < pixelCount; i++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = i; k < marginals.length; k += pixelCount) best = Math.max(best, marginals[k]);
    if (best - marginals[labels[i] * pixelCount + i] > margin) wrong++;
  }
  return wrong;
}
