// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { readFloatNpy, readIntegerNpy } from '../../../src/cli/files/npy.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import type { UnaryInput } from '../../../src/problem/types.js';
import { typedArrays } from '../../../src/reference/rows.js';
import { unaryEnergies, writeNegatedUnary } from '../../../src/reference/unary.js';
import { goldenFile } from '../../support/golden.js';
import { randomFloats } from '../../support/random.js';
import { simdEngine } from '../../support/row-engines.js';

function energies(input: UnaryInput, width: number, height: number, labelCount: number): Float32Array {
  const size = { width, height, labelCount };
  return unaryEnergies(resolveUnary(input, size), size);
}

test("labels become what pydensecrf's unary_from_labels gives", async () => {
  const labels = await readIntegerNpy(goldenFile('scribbles-2-labels', 'labels.npy'));
  const expected = await readFloatNpy(goldenFile('scribbles-2-labels', 'unary.npy'));
  const given = energies({ labels: labels.data, confidence: 0.7, unknown: 0 }, 320, 240, 2);
  expect(given).toBeAllClose(expected.data, { tolerance: 1e-6 });
});

test('unknown may be any value, a label below it keeps its number', () => {
  const confidence = 0.8;
  const [marked, other, unknown] = [-Math.log(0.8), -Math.log(0.1), Math.log(3)];
  const expected = [marked, unknown, other, other, unknown, other, other, unknown, marked];
  const last = Uint8Array.of(0, 255, 2);
  expect(energies({ labels: last, confidence, unknown: 255 }, 3, 1, 3)).toBeAllClose(expected);
  const middle = Uint16Array.of(0, 1, 3);
  expect(energies({ labels: middle, confidence, unknown: 1 }, 3, 1, 3)).toBeAllClose(expected);
  const negative = Int32Array.of(0, -1, 2);
  expect(energies({ labels: negative, confidence, unknown: -1 }, 3, 1, 3)).toBeAllClose(expected);
});

test('one label has no others', () => {
  expect(energies({ labels: Uint8Array.of(0, 0), confidence: 0.5 }, 2, 1, 1)).toBeAllClose([Math.LN2, Math.LN2]);
});

test('logits change their sign, energies stay', () => {
  const values = Float32Array.of(1, -2, 3, 4);
  expect(Array.from(energies({ logits: values }, 2, 1, 2))).toEqual([-1, 2, -3, -4]);
  const unary = energies({ unary: values }, 2, 1, 2);
  expect(unary).toEqual(values);
  expect(unary.buffer).not.toBe(values.buffer);
});

test('probabilities are clipped to 1e-5..1', () => {
  const given = energies({ probabilities: Float32Array.of(0.5, 0, 1.0005, 1) }, 2, 1, 2);
  expect(given).toBeAllClose([Math.LN2, -Math.log(1e-5), 0, 0]);
});

test('interleaved arrays are [y, x, label]', () => {
  const unary = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
  expect(Array.from(energies({ unary, layout: 'interleaved' }, 2, 2, 2))).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
});

test('half-pixel upsampling aligns edges', () => {
  const unary = Float32Array.of(0, 4);
  expect(Array.from(energies({ unary, width: 2, height: 1 }, 4, 1, 1))).toEqual([0, 1, 3, 4]);
});

test('align-corners upsampling aligns the centres of the corners', () => {
  const unary = Float32Array.of(0, 3, 6, 9);
  const given = energies({ unary, width: 2, height: 2, upsampling: 'align-corners' }, 4, 4, 1);
  const expected = [0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9];
  expect(given).toBeAllClose(expected, { tolerance: 1e-6 });
});

test('logits and probabilities are upsampled as they are', () => {
  const probabilities = Float32Array.of(0, 1);
  const given = energies({ probabilities, width: 2, height: 1 }, 4, 1, 1);
  expect(given).toBeAllClose([-Math.log(1e-5), -Math.log(0.25), -Math.log(0.75), 0]);
});

test('one coarse value fills everything, one pixel takes the middle', () => {
  expect(Array.from(energies({ unary: Float32Array.of(7), width: 1, height: 1 }, 3, 2, 1))).toEqual(Array(6).fill(7));
  const corners = { width: 2, height: 2, upsampling: 'align-corners' } as const;
  expect(Array.from(energies({ unary: Float32Array.of(1, 2, 3, 4), ...corners }, 1, 1, 1))).toEqual([1]);
  expect(Array.from(energies({ unary: Float32Array.of(1, 2, 3, 4), width: 2, height: 2 }, 1, 1, 1))).toEqual([2.5]);
});

test('interleaved and planar coarse arrays give the same', () => {
  const planar = Float32Array.of(1, 2, 3, 4, 50, 60, 70, 80);
  const interleaved = Float32Array.of(1, 50, 2, 60, 3, 70, 4, 80);
  const coarse = { width: 2, height: 2 };
  expect(energies({ unary: interleaved, layout: 'interleaved', ...coarse }, 5, 3, 2)).toEqual(
    energies({ unary: planar, ...coarse }, 5, 3, 2),
  );
});

test('a window takes its part of the array, and no sample from outside', () => {
  const unary = Float32Array.of(100, 0, 4, 100);
  const coarse = { width: 4, height: 1 };
  const whole = energies({ unary, ...coarse, window: { x: 1, y: 0, width: 2, height: 1 } }, 4, 1, 1);
  expect([...whole]).toEqual([0, 1, 3, 4]);
  // Edges between samples: both centres are in it.
  const fraction = energies({ unary, ...coarse, window: { x: 1.25, y: 0, width: 1.5, height: 1 } }, 3, 1, 1);
  expect(fraction).toBeAllClose([0, 2, 4]);
  // No centre is in it: the sample that holds its middle.
  const narrow = energies({ unary, ...coarse, window: { x: 2.6, y: 0, width: 0.3, height: 1 } }, 2, 1, 1);
  expect([...narrow]).toEqual([4, 4]);
});

test('a window over all of the array is half-pixel upsampling', () => {
  const unary = randomFloats(15, 3);
  const coarse = { width: 5, height: 3 };
  const window = { x: 0, y: 0, width: 5, height: 3 };
  expect(energies({ unary, ...coarse, window }, 11, 8, 1)).toBeAllClose(energies({ unary, ...coarse }, 11, 8, 1));
});

test('a window may cut an array of the same size, and an interleaved one', () => {
  const window = { x: 1, y: 0, width: 1, height: 1 };
  expect([...energies({ unary: Float32Array.of(1, 2, 3), window }, 3, 1, 1)]).toEqual([2, 2, 2]);
  const unary = Float32Array.of(1, 10, 2, 20, 3, 30);
  expect([...energies({ unary, layout: 'interleaved', window }, 3, 1, 2)]).toEqual([2, 2, 2, 20, 20, 20]);
});

test.each<[string, UnaryInput]>([
  ['logits', { logits: randomFloats(36, 1, 9) }],
  ['energies', { unary: randomFloats(36, 2, 9) }],
  ['probabilities', { probabilities: randomFloats(36, 3) }],
  ['probabilities of 0 and 1', { probabilities: randomFloats(36, 3).map(Math.round) }],
  ['interleaved logits', { logits: randomFloats(36, 4, 9), layout: 'interleaved' }],
  ['coarse logits', { logits: randomFloats(12, 5, 9), width: 2, height: 2 }],
  ['labels', { labels: Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 2, 1, 0), confidence: 0.7 }],
])('%s become rows of -unary, with the bits of the energies', async (_name, input) => {
  const size = { width: 4, height: 3, labelCount: 3 };
  const resolved = resolveUnary(input, size);
  const expected = unaryEnergies(resolved, size);
  for (const engine of [typedArrays, await simdEngine(size)]) {
    const channelCount = engine.channelsFor(3);
    const rows = engine.allocate(12 * channelCount);
    rows.values.fill(7);
    writeNegatedUnary(resolved, size, engine, rows);
    for (let pixel = 0; pixel < 12; pixel++) {
      const row = Array.from(rows.values.subarray(pixel * channelCount, (pixel + 1) * channelCount));
      const labels = [0, 1, 2].map((label) => -expected[label * 12 + pixel] + 0);
      expect(row.map((value) => value + 0)).toEqual([...labels, ...(channelCount === 4 ? [7] : [])]);
    }
  }
});
