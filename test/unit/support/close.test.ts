// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { differenceOf } from '../../support/close.js';

const reference = Float32Array.from({ length: 24 }, (_, i) => i / 24);

test('equal arrays are close at tolerance 0', () => {
  expect(reference.slice()).toBeAllClose(reference, { tolerance: 0 });
});

test('a single corrupted element fails, and the report says where', () => {
  const corrupted = reference.slice();
  corrupted[17] += 0.25;
  expect(() => expect(corrupted).toBeAllClose(reference, { tolerance: 0.1, shape: [2, 3, 4] })).toThrow(
    /largest difference 0\.25 at \[1, 1, 1\][\s\S]*1 of 24 elements/,
  );
});

test('an error below the tolerance passes, one above fails', () => {
  expect([1.0005]).toBeAllClose([1], { tolerance: 1e-3 });
  expect([1.0005]).not.toBeAllClose([1], { tolerance: 1e-4 });
});

test('a swapped pair of elements fails', () => {
  const swapped = reference.slice();
  [swapped[0], swapped[23]] = [swapped[23], swapped[0]];
  expect(swapped).not.toBeAllClose(reference, { tolerance: 0.01 });
});

test('no tolerance covers a NaN or an infinity', () => {
  const tolerance = Number.MAX_VALUE;
  expect([Number.NaN]).not.toBeAllClose([0], { tolerance });
  expect([0]).not.toBeAllClose([Number.NaN], { tolerance });
  expect([Number.NaN]).not.toBeAllClose([Number.NaN], { tolerance });
  expect([Number.POSITIVE_INFINITY]).not.toBeAllClose([1], { tolerance });
  expect([Number.POSITIVE_INFINITY]).toBeAllClose([Number.POSITIVE_INFINITY], { tolerance });
});

test('another length fails, also where one array is empty', () => {
  expect(() => expect(reference.slice(1)).toBeAllClose(reference)).toThrow('expected 24 elements, got 23');
  expect([]).not.toBeAllClose(reference);
});

test('differenceOf gives maximum, mean, place and count', () => {
  expect(differenceOf([0, 4, 0, 1], [0, 0, 0, 0], 0.5)).toEqual({
    maximum: 4,
    mean: 1.25,
    worstIndex: 1,
    countAbove: 2,
  });
});
