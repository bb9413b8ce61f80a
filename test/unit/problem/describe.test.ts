// SPDX-License-Identifier: MIT

import { expect, describe as group, test } from 'vitest';
import { describe } from '../../../src/problem/describe.js';
import { ArgumentError } from '../../../src/problem/errors.js';

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
  // Made in the test: a runner that prints its table reads what cannot be read.
  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['-0.5', () => -0.5],
    ['NaN', () => Number.NaN],
    ['true', () => true],
    ['"a \\"b\\"\\n"', () => 'a "b"\n'],
    ['"\\u001b[31m"', () => '\u001b[31m'],
    ['12n', () => 12n],
    ['a BigInt of more than 64 bits', () => 10n ** 100_000n],
    ['Symbol(s)', () => Symbol('s')],
    ['a function', () => () => 1],
    ['an array of 2', () => [1, 2]],
    ['Float32Array(3)', () => new Float32Array(3)],
    ['DataView(8)', () => new DataView(new ArrayBuffer(8))],
    ['an object (Object)', () => ({})],
    ['an object (Map)', () => new Map()],
    ['an object (Object)', () => Object.create(null)],
    ['an object (Object)', () => ({ constructor: null })],
    ['an object (Object)', () => ({ constructor: { name: Symbol('s') } })],
    ['TypeError: why', () => new TypeError('why')],
    ['an object that cannot be read', () => revoked({})],
    ['an object that cannot be read', () => revoked([])],
    ['an object that cannot be read', () => unreadable],
  ])('%s', (words, make) => {
    const value = make();
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
