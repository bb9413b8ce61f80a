// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import { readImage, sidesOf } from '../../../src/problem/images.js';
import { unknownLabel } from '../../../src/problem/inputs.js';
import type { UnaryInput } from '../../../src/problem/types.js';
import { argumentErrorOf } from '../../support/argument-error.js';

const size = { width: 3, height: 2, labelCount: 2 };
const twelve = () => Float32Array.from({ length: 12 }, (_, i) => i / 12);

function resolve(unary: unknown) {
  return resolveUnary(unary as UnaryInput, size);
}

describe('floats', () => {
  test('get their defaults, without a copy', () => {
    const logits = twelve();
    const resolved = resolve({ logits });
    expect(resolved).toEqual({
      form: 'logits',
      values: logits,
      width: 3,
      height: 2,
      upsampling: 'half-pixel',
      layout: 'planar',
      window: null,
    });
    expect('values' in resolved && resolved.values).toBe(logits);
  });

  test('float64 becomes float32', () => {
    expect(resolve({ unary: Float64Array.from(twelve()) })).toMatchObject({ form: 'unary', values: twelve() });
  });

  test('may be coarse', () => {
    const coarse = { width: 1, height: 5, upsampling: 'align-corners', layout: 'interleaved' };
    expect(resolve({ unary: new Float32Array(10), ...coarse })).toMatchObject(coarse);
  });

  test('probabilities may leave 0..1 by a rounding', () => {
    expect(resolve({ probabilities: new Float32Array(12).fill(1.0004) })).toMatchObject({ form: 'probabilities' });
  });

  test.each<[string, unknown]>([
    ['unary', null],
    ['unary', {}],
    ['unary', { logits: twelve(), unary: twelve() }],
    ['unary.logits', { logits: new Float32Array(11) }],
    ['unary.logits', { logits: Array(12).fill(0) }],
    ['unary.logits', { logits: new Uint8Array(12) }],
    ['unary.logits', { logits: twelve(), width: 4 }],
    ['unary.width', { logits: new Float32Array(0), width: 0 }],
    ['unary.height', { logits: twelve(), height: 1.5 }],
    ['unary.upsampling', { logits: twelve(), upsampling: 'nearest' }],
    ['unary.layout', { logits: twelve(), layout: 'NCHW' }],
    ['unary.confidence', { logits: twelve(), confidence: 0.5 }],
    ['unary.window', { logits: twelve(), window: [0, 0, 3, 2] }],
    ['unary.window.left', { logits: twelve(), window: { left: 0, y: 0, width: 3, height: 2 } }],
    ['unary.window.x', { logits: twelve(), window: { y: 0, width: 3, height: 2 } }],
    ['unary.window.x', { logits: twelve(), window: { x: 3, y: 0, width: 3, height: 2 } }],
    ['unary.window.y', { logits: twelve(), window: { x: 0, y: -2.5, width: 3, height: 2 } }],
    ['unary.window.width', { logits: twelve(), window: { x: 0, y: 0, width: 0, height: 2 } }],
    ['unary.window.width', { logits: twelve(), window: { x: 1, y: 0, width: 4.5, height: 2 } }],
    ['unary.window.height', { logits: twelve(), window: { x: 0, y: 0, width: 3, height: Number.NaN } }],
    [
      'unary.upsampling',
      { logits: twelve(), upsampling: 'align-corners', window: { x: 0, y: 0, width: 3, height: 2 } },
    ],
    // The image's width and height in each other's place.
    ['unary.width', { logits: twelve(), width: 2, height: 3 }],
    ['unary.labels', { labels: [0, 0, 0, 0, 0, 0] }],
    ['unary.logits[4]', { logits: twelve().fill(Number.NaN, 4) }],
    ['unary.unary[11]', { unary: twelve().fill(Number.POSITIVE_INFINITY, 11) }],
    ['unary.logits[0]', { logits: twelve().fill(Number.NEGATIVE_INFINITY, 0, 1) }],
    ['unary.unary[2]', { unary: Float64Array.from(twelve()).fill(1e300, 2, 3) }],
    ['unary.probabilities[3]', { probabilities: twelve().fill(-0.1, 3, 4) }],
    ['unary.probabilities[5]', { probabilities: twelve().fill(7, 5) }],
  ])('errors name %s', (argument, unary) => {
    expect(argumentErrorOf(() => resolve(unary)).argument).toBe(argument);
  });

  test('an array of the transposed size may be meant: a window says so', () => {
    const window = { x: 0, y: 0, width: 2, height: 3 };
    expect(resolve({ logits: twelve(), width: 2, height: 3, window })).toMatchObject({ width: 2, height: 3, window });
    expect(argumentErrorOf(() => resolve({ logits: twelve(), width: 2, height: 3 })).message).toContain(
      'window: { x: 0, y: 0, width: 2, height: 3 }',
    );
    const square = { width: 2, height: 2, labelCount: 3 };
    expect(resolveUnary({ logits: twelve(), width: 2, height: 2 }, square)).toMatchObject({ width: 2, height: 2 });
  });

  test('memory that others may change or resize is copied', () => {
    const shared = new Float32Array(new SharedArrayBuffer(48));
    const resolved = resolve({ logits: shared });
    expect('values' in resolved && resolved.values.buffer).toBeInstanceOf(ArrayBuffer);
  });

  test('what is checked is what is used, whatever a getter gives the next time', () => {
    let reads = 0;
    const unary = {
      get logits() {
        reads++;
        // Another array each time: what was checked is what is used.
        return twelve().fill(reads === 1 ? 0 : Number.NaN);
      },
    };
    expect(argumentErrorOf(() => resolve(unary)).argument).toBe('unary.logits[0]');
  });

  test('an infinity is answered with what to do', () => {
    const { message } = argumentErrorOf(() => resolve({ logits: twelve().fill(Number.NEGATIVE_INFINITY, 8) }));
    expect(message).toBe(
      'unary.logits[8]: got -Infinity, expected a finite float32 number: clip infinities, e.g. to ±1e4',
    );
  });
});

describe('labels', () => {
  const labels = (...values: number[]) => Uint8Array.from(values);

  test.each([
    Int8Array.of(0, 1, -1, 1, 1, 0),
    Int16Array.of(0, 1, -1, 1, 1, 0),
    Int32Array.of(0, 1, -1, 1, 1, 0),
    BigInt64Array.of(0n, 1n, -1n, 1n, 1n, 0n),
  ])('of whole numbers with a sign: %s', (marked) => {
    expect(resolve({ labels: marked, unknown: -1 })).toMatchObject({
      labels: Uint32Array.of(0, 1, unknownLabel, 1, 1, 0),
    });
  });

  test('of 64 bits without a sign', () => {
    expect(resolve({ labels: BigUint64Array.of(0n, 1n, 255n, 1n, 1n, 0n), unknown: 255 })).toMatchObject({
      labels: Uint32Array.of(0, 1, unknownLabel, 1, 1, 0),
    });
  });

  test('are counted from 0, the unknown one apart', () => {
    expect(resolve({ labels: labels(0, 1, 2, 2, 1, 0), unknown: 0 })).toEqual({
      form: 'labels',
      labels: Uint32Array.of(unknownLabel, 0, 1, 1, 0, unknownLabel),
      confidence: 0.7,
    });
    expect(resolve({ labels: labels(0, 1, 255, 1, 1, 0), unknown: 255, confidence: 0.9 })).toEqual({
      form: 'labels',
      labels: Uint32Array.of(0, 1, unknownLabel, 1, 1, 0),
      confidence: 0.9,
    });
    expect(resolve({ labels: Int16Array.of(0, 1, -1, 1, 1, 0), unknown: -1 })).toMatchObject({
      labels: Uint32Array.of(0, 1, unknownLabel, 1, 1, 0),
    });
  });

  test.each<[string, unknown, string]>([
    ['unary.labels', { labels: labels(0) }, '6 whole numbers'],
    ['unary.labels', { labels: new Float32Array(6) }, '6 whole numbers'],
    ['unary.labels[2]', { labels: labels(0, 1, 2, 0, 0, 0) }, '0..1'],
    ['unary.labels[1]', { labels: labels(0, 3, 2, 0, 0, 0), unknown: 0 }, '1..2, or 0 for unknown'],
    ['unary.labels[5]', { labels: labels(0, 1, 255, 0, 0, 2), unknown: 255 }, '0..1, or 255 for unknown'],
    ['unary.labels[0]', { labels: Int32Array.of(-1, 0, 0, 0, 0, 0) }, '0..1'],
    ['unary.labels[1]', { labels: BigInt64Array.of(0n, 2n ** 62n, 0n, 0n, 0n, 0n) }, '0..1'],
    ['unary.labels[1]', { labels: BigUint64Array.of(0n, 2n ** 64n - 1n, 0n, 0n, 0n, 0n) }, '0..1'],
    ['unary.labels', { labels: BigInt64Array.of(0n) }, '6 whole numbers'],
    ['unary.confidence', { labels: labels(0, 0, 0, 0, 0, 0), confidence: 1 }, 'less than 1'],
    ['unary.confidence', { labels: labels(0, 0, 0, 0, 0, 0), confidence: 0.49 }, 'at least 0.5'],
    ['unary.unknown', { labels: labels(0, 0, 0, 0, 0, 0), unknown: 0.5 }, 'a whole number'],
    ['unary.width', { labels: labels(0, 0, 0, 0, 0, 0), width: 3 }, 'one of the keys labels, confidence, unknown'],
  ])('errors name %s', (argument, unary, allowed) => {
    const error = argumentErrorOf(() => resolve(unary));
    expect(error.argument).toBe(argument);
    expect(error.message).toContain(allowed);
  });
});

describe('image', () => {
  test('is taken as it is', () => {
    const image = { data: new Uint8ClampedArray(24), width: 3, height: 2 };
    expect(readImage('image', image, sidesOf(size))).toEqual({ kind: 'bytes', image });
  });

  test.each<[string, unknown]>([
    ['image', undefined],
    ['image.width', { data: new Uint8Array(24), width: 2, height: 3 }],
    ['image.height', { data: new Uint8Array(24), width: 3, height: 3 }],
    ['image.data', { data: new Uint8Array(18), width: 3, height: 2 }],
    ['image.data', { data: new Float32Array(24), width: 3, height: 2 }],
  ])('errors name %s', (argument, image) => {
    expect(argumentErrorOf(() => readImage('image', image, sidesOf(size))).argument).toBe(argument);
  });
});
