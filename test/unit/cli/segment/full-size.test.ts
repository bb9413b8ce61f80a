// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { measureAreas } from '../../../../src/cli/segment/areas.js';
import { labelMapAt } from '../../../../src/cli/segment/full-size.js';
import { randomMarginals } from '../../../support/random.js';

interface Size {
  width: number;
  height: number;
}

/** [label, y, x] */
function randomPlanes(labelCount: number, { width, height }: Size, seed: number): Float32Array {
  const rows = randomMarginals(width * height, labelCount, seed);
  return rows.map((_, i) => rows[(i % (width * height)) * labelCount + Math.floor(i / (width * height))]);
}

function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function labelMapOf(marginals: Float32Array, pixelCount: number): Uint32Array {
  const labels = Array.from({ length: marginals.length / pixelCount }, (_, label) => label);
  return Uint32Array.from({ length: pixelCount }, (_, i) => argmax(labels.map((l) => marginals[l * pixelCount + i])));
}

/** From the formula: weights max(0, 1 - |distance|) of all samples, borders continued. */
function interpolated(plane: Float32Array, coarse: Size, full: Size, x: number, y: number): number {
  const at = (i: number, from: number, to: number) => Math.min(to - 1, Math.max(0, ((i + 0.5) * to) / from - 0.5));
  const [u, v] = [at(x, full.width, coarse.width), at(y, full.height, coarse.height)];
  let sum = 0;
  for (let j = 0; j < coarse.height; j++) {
    for (let i = 0; i < coarse.width; i++) {
      sum += Math.max(0, 1 - Math.abs(u - i)) * Math.max(0, 1 - Math.abs(v - j)) * plane[j * coarse.width + i];
    }
  }
  return sum;
}

describe('labelMapAt', () => {
  test.each<[coarse: Size, full: Size, labelCount: number]>([
    [{ width: 5, height: 4 }, { width: 13, height: 9 }, 4],
    [{ width: 1, height: 1 }, { width: 3, height: 2 }, 3],
    [{ width: 6, height: 1 }, { width: 6, height: 5 }, 2],
    [{ width: 7, height: 7 }, { width: 4, height: 5 }, 2],
  ])('is the argmax of interpolated marginals: %o to %o', (coarse, full, labelCount) => {
    const plane = coarse.width * coarse.height;
    const marginals = randomPlanes(labelCount, coarse, 5);
    const result = labelMapAt(full, labelMapOf(marginals, plane), marginals, coarse);
    const expected = Uint32Array.from({ length: full.width * full.height }, (_, i) => {
      const [x, y] = [i % full.width, Math.floor(i / full.width)];
      return argmax(
        Array.from({ length: labelCount }, (_unused, l) =>
          interpolated(marginals.subarray(l * plane, (l + 1) * plane), coarse, full, x, y),
        ),
      );
    });
    expect([...result]).toEqual([...expected]);
    if (plane > 1) expect(new Set(result).size).toBeGreaterThan(1);
  });

  test('is the label map itself at its own size', () => {
    const labels = Uint32Array.from([1, 0, 2]);
    expect(labelMapAt({ width: 3, height: 1 }, labels, new Float32Array(9), { width: 3, height: 1 })).toBe(labels);
  });
});

test('measureAreas lists the labels that occur, the largest first', () => {
  const sizes = { width: 4, height: 2, working: { width: 2, height: 1 } };
  const labelMap = Uint32Array.from([2, 2, 0, 2, 3, 2, 0, 3]);
  expect(measureAreas('a.png', 'net', ['wall', 'sky', 'cat', 'dog'], labelMap, sizes)).toEqual({
    image: 'a.png',
    network: 'net',
    ...sizes,
    areas: [
      { label: 2, name: 'cat', pixels: 4, percent: 50 },
      { label: 0, name: 'wall', pixels: 2, percent: 25 },
      { label: 3, name: 'dog', pixels: 2, percent: 25 },
    ],
  });
});
