// SPDX-License-Identifier: MIT

import { expect, describe as group, test } from 'vitest';
import { describe } from '../../src/problem/describe.js';
import { ArgumentError } from '../../src/problem/errors.js';

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const unreadable = {
  get constructor(): never {
    throw new Error('unreadable');
  },
};

group('a value in a few words', () => {
  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [-0.5, '-0.5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['\u001b[31m', '"\\u001b[31m"'],
    [12n, '12n'],
    [10n ** 100_000n, 'a BigInt of more than 64 bits'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [[1, 2], 'an array of 2'],
    [new Float32Array(3), 'Float32Array(3)'],
    [new DataView(new ArrayBuffer(8)), 'DataView(8)'],
    [{}, 'an object (Object)'],
    [new Map(), 'an object (Map)'],
    [Object.create(null), 'an object (Object)'],
    [{ constructor: null }, 'an object (Object)'],
    [{ constructor: { name: Symbol('s') } }, 'an object (Object)'],
    [new TypeError('why'), 'TypeError: why'],
    [revoked({}), 'an object that cannot be read'],
    [revoked([]), 'an object that cannot be read'],
    [unreadable, 'an object that cannot be read'],
  ])('%#', (value, words) => {
    expect(describe(value)).toBe(words);
    expect(new ArgumentError('it', value, 'another').message).toBe(`it: got ${words}, expected another`);
  });

  test('a long text is cut short, and its length told', () => {
    const words = describe('x'.repeat(100_000));
    expect(words.length).toBeLessThan(200);
    expect(words).toContain('100000 characters');
  });
});

test('neither a path nor what is allowed makes a message long', () => {
  const long = 'x'.repeat(100_000);
  expect(new ArgumentError(long, long, long).message.length).toBeLessThan(4000);
});
