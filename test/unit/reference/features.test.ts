// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { resolveParameters } from '../../../src/problem/parameters.js';
import type { Kernel } from '../../../src/problem/types.js';
import { featureSource, kernelFeatures } from '../../../src/reference/features.js';
import { randomFloats, randomImage } from '../../support/random.js';

const size = { width: 7, height: 5, labelCount: 2 };
const pixelCount = 35;
const image = randomImage(pixelCount, 1);
const features = randomFloats(3 * pixelCount, 2);

const kernels: Record<string, Kernel> = {
  gaussian: { type: 'gaussian', sigmaXY: [2.1, 3.3], compatibility: 1 },
  bilateral: { type: 'bilateral', sigmaXY: 6.1, sigmaRGB: [13, 7.7, 9.1], compatibility: 1 },
  features: { type: 'features', features, featureDim: 3, compatibility: 1 },
};

describe.each(Object.entries(kernels))('%s', (_name, given) => {
  const [kernel] = resolveParameters({ kernels: [given] }, size).kernels;
  const featureOf = (dimension: number, pixel: number) => {
    if (kernel.type === 'features') return features[dimension * pixelCount + pixel];
    const place = [pixel % 7, Math.floor(pixel / 7), ...image.subarray(4 * pixel, 4 * pixel + 3)];
    return Math.fround(place[dimension] / Math.fround(kernel.sigmas[dimension]));
  };
  const expected = Array.from({ length: kernel.featureDim * pixelCount }, (_, i) =>
    featureOf(Math.floor(i / pixelCount), i % pixelCount),
  );

  test('all at once', () => {
    expect(Array.from(kernelFeatures(kernel, size, image))).toEqual(expected);
  });

  // Pieces that end within a line, with it, and after several.
  test.each([1, 3, 7, 17, 35])('in pieces of %i', (length) => {
    const source = featureSource(kernel, size, image);
    expect(source).toMatchObject({ featureDim: kernel.featureDim, pointCount: pixelCount });
    for (let first = 0; first < pixelCount; first += length) {
      const count = Math.min(length, pixelCount - first);
      const stride = count + 2;
      const piece = new Float32Array(kernel.featureDim * stride).fill(-1);
      source.write(first, count, piece, stride);
      for (let j = 0; j < kernel.featureDim; j++) {
        const from = j * pixelCount + first;
        const found = piece.subarray(j * stride, (j + 1) * stride);
        expect(Array.from(found)).toEqual([...expected.slice(from, from + count), -1, -1]);
      }
    }
  });
});
