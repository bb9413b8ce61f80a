// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { placeArray } from '../../../../src/cli/inputs/array-layout.js';
import type { LabelLayout } from '../../../../src/index.js';

type Case = [shape: number[], size: [width: number, height: number] | null, expected: string, layout?: LabelLayout];

function place([shape, size, , layout]: Case): string {
  const full = size ? { width: size[0], height: size[1], of: "the image's size" } : undefined;
  const found = placeArray(shape, layout, full);
  return `${found.layout} ${found.labelCount} of ${found.width} x ${found.height}`;
}

const square: [number, number] = [64, 64];
const wide: [number, number] = [64, 48];
const photo: [number, number] = [480, 320];

describe('how an array lies', () => {
  test.each<Case>([
    // Of the image's size.
    [[2, 48, 64], wide, 'planar 2 of 64 x 48'],
    [[48, 64, 2], wide, 'interleaved 2 of 64 x 48'],
    [[2, 64, 64], square, 'planar 2 of 64 x 64'],
    [[64, 64, 2], square, 'interleaved 2 of 64 x 64'],
    [[48, 64, 64], wide, 'interleaved 64 of 64 x 48'],
    [[64, 48, 64], wide, 'planar 64 of 64 x 48'],
    [[48, 48, 64], wide, 'planar 48 of 64 x 48'],
    [[2, 1, 500], [500, 1], 'planar 2 of 500 x 1'],
    [[1, 500, 2], [500, 1], 'interleaved 2 of 500 x 1'],
    // Smaller.
    [[21, 33, 33], photo, 'planar 21 of 33 x 33'],
    [[21, 33, 33], [500, 375], 'planar 21 of 33 x 33'],
    [[2, 12, 16], wide, 'planar 2 of 16 x 12'],
    [[19, 40, 60], photo, 'planar 19 of 60 x 40'],
    [[150, 128, 128], photo, 'planar 150 of 128 x 128'],
    [[2, 1, 2], wide, 'planar 2 of 2 x 1'],
    [[2, 1, 2], [6, 1], 'planar 2 of 2 x 1'],
    [[2, 2, 2], [5, 7], 'planar 2 of 2 x 2', 'planar'],
    [[2, 3, 4], wide, 'planar 2 of 4 x 3'],
    [[2, 1, 1], [2, 1], 'planar 2 of 1 x 1'],
    // Nothing to compare with.
    [[3, 36, 48], null, 'planar 3 of 48 x 36'],
    [[300, 2, 2], null, 'planar 300 of 2 x 2'],
    [[2, 1, 5000], null, 'planar 2 of 5000 x 1'],
    [[64, 64, 2], null, 'interleaved 2 of 64 x 64', 'interleaved'],
    // One plane.
    [[1, 48, 64], wide, 'planar 1 of 64 x 48'],
    [[48, 64], wide, 'planar 1 of 64 x 48'],
    [[48, 64, 1], wide, 'interleaved 1 of 64 x 48'],
    [[12, 16], wide, 'planar 1 of 16 x 12'],
    [[1, 1], [1, 1], 'planar 1 of 1 x 1'],
    [[1, 1, 1], [1, 1], 'planar 1 of 1 x 1'],
    // An axis of one image.
    [[1, 2, 48, 64], wide, 'planar 2 of 64 x 48'],
    [[1, 48, 64, 2], wide, 'interleaved 2 of 64 x 48'],
    [[1, 1, 48, 64], wide, 'planar 1 of 64 x 48'],
    [[1, 3, 36, 48], null, 'planar 3 of 48 x 36'],
    // Said.
    [[16, 16, 2], square, 'interleaved 2 of 16 x 16', 'interleaved'],
    [[16, 16, 2], square, 'planar 16 of 2 x 16', 'planar'],
    [[64, 64, 64], square, 'interleaved 64 of 64 x 64', 'interleaved'],
  ])('%j for %j is %s', (...given) => {
    expect(place(given)).toBe(given[2]);
  });

  const both = (planar: number, interleaved: number) =>
    `, which may be [label, y, x] of ${planar} labels or [y, x, label] of ${interleaved}: say --layout planar or --layout interleaved`;

  test.each<Case>([
    // In two ways.
    [[64, 64, 64], square, both(64, 64)],
    [[16, 16, 2], square, both(16, 2)],
    [[12, 16, 3], wide, both(12, 3)],
    [[33, 33, 21], photo, both(33, 21)],
    [[33, 33, 21], [320, 480], both(33, 21)],
    [[33, 33, 33], photo, both(33, 33)],
    [[30, 50, 4], [500, 400], both(30, 4)],
    [[64, 64, 2], null, both(64, 2)],
    [[480, 640, 21], null, both(480, 21)],
    // On its side.
    [[2, 64, 48], wide, ", expected [label, y, x]: x and y are exchanged, the image's size is 64 x 48"],
    [[64, 48, 2], wide, ", expected [y, x, label]: x and y are exchanged, the image's size is 64 x 48"],
    [[21, 60, 40], photo, ", expected [label, y, x]: x and y are exchanged, the image's size is 480 x 320"],
    [[2, 64, 48], wide, ", expected [label, y, x]: x and y are exchanged, the image's size is 64 x 48", 'planar'],
    [[64, 48, 2], wide, ", expected [y, x, label]: x and y are exchanged, the image's size is 64 x 48", 'interleaved'],
    [[64, 48], wide, ", expected [label, y, x]: x and y are exchanged, the image's size is 64 x 48"],
    [[16, 12], wide, ", expected [label, y, x]: x and y are exchanged, the image's size is 64 x 48"],
    // Too large.
    [[2, 50, 70], wide, ", expected [label, y, x] with y at most 48 and x at most 64, the image's size"],
    [[50, 70, 2], wide, ", expected [y, x, label] with y at most 48 and x at most 64, the image's size", 'interleaved'],
    // Flat.
    [[2, 3072], wide, ', expected [label, y, x], which is [2, 48, 64]'],
    [[3072, 2], wide, ', expected [y, x, label], which is [48, 64, 2]'],
    [[48, 64], null, ', expected [label, y, x]: one plane of a foreground is [1, y, x], points are [label, 1, points]'],
    // Other axes.
    [[6144], wide, ', expected [label, y, x], or [y, x, label] with --layout interleaved'],
    [[0, 48, 64], wide, ', expected [label, y, x], or [y, x, label] with --layout interleaved'],
    [
      [4, 2, 48, 64],
      wide,
      ', expected [label, y, x], or [y, x, label] with --layout interleaved; of four axes the first must be 1, one image a file',
    ],
    [[1, 1, 2, 48, 64], wide, ', expected [label, y, x], or [y, x, label] with --layout interleaved'],
  ])('%j for %j: %s', (...given) => {
    expect(() => place(given)).toThrow(`its shape is [${given[0].join(', ')}]${given[2]}`);
  });
});
