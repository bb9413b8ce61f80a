// SPDX-License-Identifier: MIT

import { Tensor } from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import type { UnarySource } from '../../../src/index.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import { argumentErrorOf } from '../../support/argument-error.js';

const size = { width: 3, height: 2, labelCount: 2 };
const twelve = Float32Array.from({ length: 12 }, (_, i) => i / 12);

/** Typed as users' programs are. */
function resolve(unary: UnarySource, problem = size) {
  return resolveUnary(unary, problem);
}

function errorOf(unary: unknown, problem = size) {
  return argumentErrorOf(() => resolveUnary(unary, problem));
}

/** transformers.js wraps onnxruntime's tensor. */
class WrappedTensor {
  constructor(readonly ort_tensor: Tensor) {}
  get dims(): number[] {
    return [...this.ort_tensor.dims];
  }
  get type() {
    return this.ort_tensor.type;
  }
  get data() {
    return this.ort_tensor.data;
  }
  get location() {
    return this.ort_tensor.location;
  }
}

describe('tensors', () => {
  test.each([
    [[1, 2, 2, 3], 'planar'],
    [[2, 2, 3], 'planar'],
    [[1, 2, 3, 2], 'interleaved'],
  ] as const)('dims %j say size and layout', (dims, layout) => {
    // Two rows of labels, lines or both would fit: only what is meant can tell.
    const given = { logits: new Tensor('float32', twelve, dims), layout };
    expect(resolve(given)).toMatchObject({ form: 'logits', values: twelve, width: 3, height: 2, layout });
  });

  test.each([
    [[1, 3, 2, 2], 'planar'],
    [[1, 2, 2, 3], 'interleaved'],
  ] as const)('without a word where only one layout fits: %j', (dims, layout) => {
    const tensor = new WrappedTensor(new Tensor('float32', twelve, dims));
    const problem = { width: 2, height: 2, labelCount: 3 };
    expect(resolve({ probabilities: tensor }, problem)).toMatchObject({ values: twelve, width: 2, height: 2, layout });
  });

  test('of halves become floats', () => {
    const bits = Uint16Array.of(0x3c00, 0xbc00, 0x3800, 0, 0x4000, 0x7bff);
    const logits = { dims: [1, 2, 1, 3], type: 'float16', data: bits };
    const problem = { width: 3, height: 1, labelCount: 2 };
    expect(resolve({ logits }, problem)).toMatchObject({ values: Float32Array.of(1, -1, 0.5, 0, 2, 65504) });
  });

  test('of labels, as ArgMax gives them', () => {
    const labels = new Tensor('int64', BigInt64Array.of(0n, 1n, 1n, 0n, 255n, 1n), [1, 2, 3]);
    const resolved = resolve({ labels, unknown: 255 });
    expect(resolved).toMatchObject({ form: 'labels', labels: Uint32Array.of(0, 1, 1, 0, 0xffffffff, 1) });
  });

  test.each<[string, unknown, string?]>([
    ['unary.logits.dims', { dims: [2, 2, 2, 3], data: new Float32Array(24) }, '[2, 2, 2, 3]'],
    ['unary.logits.dims', { dims: [1, 21, 2, 3], data: new Float32Array(126) }, '[1, 2, height, width]'],
    ['unary.logits.dims', { dims: [12], data: twelve }],
    ['unary.logits.dims[0]', { dims: [-1, 2, 2, 3], data: twelve }],
    ['unary.layout', { dims: [2, 3, 2], data: twelve }, "'planar' or 'interleaved'"],
    ['unary.logits.data', { dims: [1, 2, 2, 3], data: twelve.subarray(1) }, '12 values'],
    ['unary.logits.data', { dims: [1, 2, 2, 3], data: [...twelve] }],
    ['unary.logits', { dims: [1, 2, 2, 3], data: new Uint8Array(12) }],
    ['unary.logits.location', { dims: [1, 2, 2, 3], location: 'none' }, 'disposed'],
    ['unary.logits.location', { dims: [1, 2, 2, 3], location: 'ml-tensor' }],
    ['unary.logits.gpuBuffer', { dims: [1, 2, 2, 3], location: 'gpu-buffer', gpuBuffer: {} }],
  ])('errors name %s', (argument, logits, words = '') => {
    const error = errorOf({ logits });
    expect(error.argument).toBe(argument);
    expect(error.message).toContain(words);
  });

  test('a size beside them must be theirs', () => {
    const logits = new Tensor('float32', twelve, [1, 2, 2, 3]);
    expect(errorOf({ logits, layout: 'planar', width: 2 }).argument).toBe('unary.width');
    const labels = new Tensor('uint8', new Uint8Array(6), [3, 2]);
    expect(errorOf({ labels }).message).toMatch(
      /^unary\.labels\.dims: got "\[3, 2\]", expected \[height 2, width 3\]$/,
    );
  });

  test('a disposed one says so, not onnxruntime', () => {
    const logits = new Tensor('float32', twelve, [1, 2, 2, 3]);
    logits.dispose();
    expect(errorOf({ logits }).argument).toBe('unary.logits.location');
  });
});

describe('a foreground mask', () => {
  const soft = Float32Array.of(0, 0.25, 1, 0.5, 1, 0);
  const bytes = Uint8Array.of(0, 255, 255, 0, 255, 0);
  const sure = [0.3, 0.7, 0.7, 0.3, 0.7, 0.3].map(Math.fround);

  /** Probabilities of label 1, after a look at those of label 0. */
  function front(unary: UnarySource) {
    const resolved = resolve(unary);
    if (resolved.form !== 'probabilities') throw new Error(resolved.form);
    const { values } = resolved;
    const count = values.length / 2;
    for (let pixel = 0; pixel < count; pixel++) expect(values[pixel] + values[count + pixel]).toBeCloseTo(1, 6);
    return [...values.subarray(count)];
  }

  test('is taken as it is where it is soft', () => {
    expect(front({ foreground: soft })).toEqual([...soft]);
    expect(front({ foreground: { data: soft, width: 3, height: 2 } })).toEqual([...soft]);
    expect(front({ foreground: new Tensor('float32', soft, [1, 1, 2, 3]) })).toEqual([...soft]);
    expect(front({ foreground: new Tensor('float32', soft, [1, 2, 3, 1]) })).toEqual([...soft]);
  });

  test.each<[string, unknown]>([
    ['bytes up to 255', bytes],
    ['bytes of 0 and 1', bytes.map((value) => value / 255)],
    ['booleans', [...bytes].map((value) => value > 0)],
    ['floats', Float32Array.from(bytes, (value) => value / 255)],
    [
      'a tensor of labels',
      new Tensor(
        'int64',
        BigInt64Array.from([...bytes], (value) => BigInt(value / 255)),
        [1, 2, 3],
      ),
    ],
    [
      'a picture',
      { data: Uint8Array.from([...bytes].flatMap((grey) => [grey, grey, grey, 255])), width: 3, height: 2 },
    ],
    ['opacity', { data: Uint8Array.from([...bytes].flatMap((alpha) => [9, 8, 7, alpha])), width: 3, height: 2 }],
  ])('of two values says no more than labels do: %s', (_name, foreground) => {
    expect(front({ foreground } as UnarySource).map(Math.fround)).toEqual(sure);
  });

  test('of MediaPipe is read in its own type', () => {
    const mask = (isOfLabels: boolean) => ({
      width: 3,
      height: 2,
      hasUint8Array: () => isOfLabels,
      hasFloat32Array: () => !isOfLabels,
      getAsUint8Array: () => bytes.map((value) => value / 255),
      getAsFloat32Array: () => soft,
    });
    expect(front({ foreground: mask(false) })).toEqual([...soft]);
    expect(front({ foreground: mask(true) }).map(Math.fround)).toEqual(sure);
  });

  test('may be coarse, and held back by a confidence', () => {
    const resolved = resolve({ foreground: Float32Array.of(0, 1), width: 2, height: 1, confidence: 0.9 });
    expect(resolved).toMatchObject({ form: 'probabilities', width: 2, height: 1, upsampling: 'half-pixel' });
    expect(front({ foreground: soft, confidence: 0.75 })).toEqual([0.25, 0.25, 0.75, 0.5, 0.75, 0.25]);
  });

  test('has the energies of labels with the same confidence', () => {
    const [asMask, asLabels] = [{ foreground: bytes }, { labels: bytes.map((value) => value / 255) }].map((unary) =>
      resolve(unary),
    );
    expect(asMask.form === 'probabilities' && asMask.values[1]).toBeCloseTo(0.3, 6);
    expect(asLabels.form === 'labels' && asLabels.confidence).toBe(0.7);
  });

  test.each<[string, unknown, object?]>([
    ['unary.foreground', { foreground: soft }, { labelCount: 3 }],
    ['unary.foreground[1]', { foreground: Float32Array.of(0, 7, 0, 0, 0, 0) }],
    ['unary.foreground.data[1]', { foreground: { data: Float32Array.of(0, 7, 0, 0, 0, 0), width: 3, height: 2 } }],
    ['unary.foreground', { foreground: new Uint8Array(5) }],
    ['unary.width', { foreground: soft, width: 0 }],
    ['unary.foreground', { foreground: Uint8Array.of(0, 1, 2, 3, 0, 0) }],
    [
      'unary.foreground, pixel 1',
      { foreground: { data: new Uint8Array(24).fill(255).fill(9, 4, 5), width: 3, height: 2 } },
    ],
    ['unary.width', { foreground: { data: soft, width: 2, height: 3 }, width: 3 }],
    ['unary.width', { foreground: { data: soft, width: 2, height: 3 } }],
    ['unary.confidence', { foreground: bytes, confidence: 0.5 }],
    ['unary.confidence', { foreground: bytes, confidence: 1 }],
    ['unary.unknown', { foreground: bytes, unknown: 255 }],
    ['unary.foreground.location', { foreground: { dims: [2, 3], location: 'gpu-buffer' } }],
    ['unary.foreground.dims', { foreground: { dims: [2, 2, 3], data: twelve } }],
    ['unary', { foreground: soft, logits: twelve }],
  ])('errors name %s', (argument, unary, others = {}) => {
    expect(errorOf(unary, { ...size, ...others }).argument).toBe(argument);
  });
});
