// SPDX-License-Identifier: MIT

import { resolveParameters } from '../../src/problem/parameters.js';
import type { CrfParameters, Kernel, ProblemSize, ResolvedKernel, RgbaImage } from '../../src/problem/types.js';

/** Numbers in 0..1 from a seed (Park and Miller's generator): the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

export type Pattern = 'blobs' | 'noise' | 'constant';

/** A picture with no file: soft blobs of colour with a little noise, pure noise, or one colour. */
export function drawnImage(width: number, height: number, pattern: Pattern = 'blobs', seed = 1): RgbaImage {
  const random = randomNumbers(seed);
  const blobs = Array.from({ length: 6 }, () => [
    random() * width,
    random() * height,
    random() * 255,
    random() * 255,
    random() * 255,
  ]);
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const nearest = blobs.reduce((best, blob) =>
      Math.hypot(x - blob[0], y - blob[1]) < Math.hypot(x - best[0], y - best[1]) ? blob : best,
    );
    for (let c = 0; c < 3; c++) {
      const noise = random();
      data[4 * i + c] = { noise: 255 * noise, constant: 90 + 40 * c, blobs: nearest[2 + c] * 0.9 + 20 * noise }[
        pattern
      ];
    }
  }
  return { data, width, height };
}

/** Logits that prefer one label by region, with noise. */
export function drawnLogits({ width, height, labelCount }: ProblemSize, seed = 7): Float32Array {
  const random = randomNumbers(seed);
  const pixelCount = width * height;
  const logits = new Float32Array(pixelCount * labelCount);
  for (let label = 0; label < labelCount; label++) {
    for (let i = 0; i < pixelCount; i++) {
      const region = Math.floor((((i % width) + Math.floor(i / width)) / (width + height)) * Math.min(labelCount, 7));
      logits[label * pixelCount + i] = 2 * random() + (region === label % 7 ? 1.5 : 0);
    }
  }
  return logits;
}

export const usualKernels: CrfParameters['kernels'] = [
  { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
  { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 },
];

/** A kernel with the compatibility that lets a label go unstored. */
export function pottsKernel(size: ProblemSize, kernel: Kernel = { type: 'gaussian', sigmaXY: 3 }): ResolvedKernel {
  return resolveParameters({ kernels: [kernel] }, size).kernels[0];
}

/** A kernel with penalties, for which every label is stored. */
export function vectorKernel(size: ProblemSize, kernel: Kernel = { type: 'gaussian', sigmaXY: 3 }): ResolvedKernel {
  const compatibility = Array.from({ length: size.labelCount }, (_, label) => -1 - label / 8);
  return pottsKernel(size, { ...kernel, compatibility });
}
