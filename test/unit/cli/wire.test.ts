// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { arrayOn, bytesOf, pack, references, unpack } from '../../../src/cli/page/wire.js';

/** There and back, with every array as a copy of its bytes. */
function carry(value: unknown): unknown {
  const { json, arrays } = pack(value);
  const copies = references(json).map((reference) =>
    arrayOn(Uint8Array.from(bytesOf(arrays[reference.$array])).buffer, reference),
  );
  return unpack(json, copies);
}

test('plain data and arrays arrive as they were', () => {
  const shared = Uint8Array.of(1, 2, 3);
  const value = {
    name: 'x',
    nothing: null,
    numbers: [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    floats: Float32Array.of(0.5, Number.NaN),
    nested: [{ labels: Int32Array.of(-1, 2) }, { map: Uint32Array.of(4e9) }],
    window: new Uint8ClampedArray(Uint8Array.of(9, 8, 7, 6).buffer, 1, 2),
    empty: new Float32Array(0),
    shared,
    again: shared,
  };
  expect(carry(value)).toEqual(value);
});

test('an array that occurs twice travels once', () => {
  const shared = Float32Array.of(1);
  expect(pack([shared, shared]).arrays).toEqual([shared]);
});

test('refuses an array that it has no word for', () => {
  expect(() => pack({ a: new BigInt64Array(1) })).toThrow('no way to send a BigInt64Array');
});

test('an array of another length is an error', () => {
  expect(() => arrayOn(new ArrayBuffer(8), { $array: 0, type: 'Float32Array', length: 3 })).toThrow(
    'Float32Array of 3 arrived with 2 elements',
  );
});
