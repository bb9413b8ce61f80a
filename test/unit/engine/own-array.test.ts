// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { OwnArray } from '../../../src/engine/inputs/own-array.js';

test('a copy is lent to one call at a time, and its memory to the next', () => {
  const own = new OwnArray();
  const given = Float32Array.of(1, 2, 3);
  const first = own.copyOf(given);
  const second = own.copyOf(given);
  expect(first).toEqual(given);
  expect(new Set([given.buffer, first.buffer, second.buffer]).size).toBe(3);
  own.giveBack(first);
  given.set([4, 5, 6]);
  const third = own.copyOf(given);
  expect(third).toBe(first);
  expect(third).toEqual(Float32Array.of(4, 5, 6));
  expect(second).toEqual(Float32Array.of(1, 2, 3));
});

test('numbers of another count get memory of their own', () => {
  const own = new OwnArray();
  own.giveBack(Float32Array.of(1, 2, 3));
  expect(own.copyOf(Float32Array.of(7))).toEqual(Float32Array.of(7));
  expect(own.copyOf(new Float32Array(4))).toHaveLength(4);
});
