// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureLabelMaxima } from '../../../../src/pipeline/outputs/label-maxima.js';
import type { UnarySource } from '../../../../src/problem/api.js';
import { resolveUnary } from '../../../../src/problem/given-unary.js';
import type { ProblemSize, UnaryInput } from '../../../../src/problem/types.js';
import { labelMaxima } from '../../../../src/reference/pipeline/label-maxima.js';
import { unaryEnergies } from '../../../../src/reference/unary.js';
import { randomFloats } from '../../../support/random.js';
import { StageDevice } from '../../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const size: ProblemSize = { width: 11, height: 7, labelCount: 9 };
const coarse = { width: 4, height: 3 };
const values = randomFloats(4 * 3 * 9, 8, 12);

const inputs: Record<string, UnaryInput<Float32Array>> = {
  logits: { logits: values, ...coarse },
  'corners aligned': { logits: values, ...coarse, upsampling: 'align-corners' },
  'a window': { logits: values, ...coarse, window: { x: 0.5, y: 1, width: 3.2, height: 1.7 } },
  interleaved: { logits: values, ...coarse, layout: 'interleaved' },
  probabilities: { probabilities: values.map((value) => value / 12), ...coarse },
  energies: { unary: values, ...coarse },
  'full size': { logits: randomFloats(11 * 7 * 9, 4, 12) },
};

function measure(input: UnarySource, workgroupSize = 64): Promise<Float32Array> {
  return measureLabelMaxima({ device: gpu.programs.device, programs: gpu.programs, workgroupSize }, input, size);
}

function onGpu(input: UnaryInput<Float32Array>): UnarySource {
  const entries = Object.entries(input).map(([key, value]) => [
    key,
    value instanceof Float32Array ? gpu.storage(value) : value,
  ]);
  return Object.fromEntries(entries) as UnarySource;
}

test.each(Object.entries(inputs))('%s', async (_name, input) => {
  const expected = labelMaxima(unaryEnergies(resolveUnary(input, size), size), size.labelCount);
  for (const workgroupSize of [1, 3, 64]) {
    expect(await measure(onGpu(input), workgroupSize)).toBeAllClose(expected, { tolerance: 1e-5 });
  }
  // They tell labels apart.
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.03);
});

test('small probabilities keep their digits', async () => {
  const logits = values.map((value, i) => value - (i < 12 ? 20 : 0));
  const expected = labelMaxima(unaryEnergies(resolveUnary({ logits, ...coarse }, size), size), size.labelCount);
  const found = await measure(onGpu({ logits, ...coarse }));
  expect(expected[0]).toBeLessThan(1e-6);
  expect(found[0] / expected[0]).toBeCloseTo(1, 4);
});

test('a label that wins only between samples is seen there', async () => {
  const planes = (a: number, b: number, c: number) => [a, b, c];
  // Label 0 holds the left sample, label 1 the right one; between them both lose to label 2.
  const logits = Float32Array.of(...planes(100, 0, 60).flatMap((left, label) => [left, [0, 100, 60][label]]));
  const small = { width: 4, height: 1, labelCount: 3 };
  const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 64 };
  const found = await measureLabelMaxima(context, { logits: gpu.storage(logits), width: 2, height: 1 }, small);
  expect(found).toBeAllClose([1, 1, 0], { tolerance: 1e-6 });
  const odd = await measureLabelMaxima(
    context,
    { logits: gpu.storage(logits), width: 2, height: 1 },
    { ...small, width: 5 },
  );
  expect(odd).toBeAllClose([1, 1, 1], { tolerance: 1e-4 });
});

test('a pixel that is unknown may be any label', async () => {
  const broken = values.slice();
  broken[50] = Number.NaN;
  expect([...(await measure({ logits: gpu.storage(broken), ...coarse }))]).toEqual(Array(9).fill(1));
});

test('what cannot be measured is named', async () => {
  await expect(measure({ labels: gpu.zeros(77) })).rejects.toThrow('unary: got "labels", expected logits');
  await expect(measure({ logits: values, ...coarse })).rejects.toThrow(
    'unary.logits: got Float32Array(108), expected a GPU',
  );
  await expect(measure({ logits: gpu.zeros(20), ...coarse })).rejects.toThrow('unary.logits.size: got 80, expected at');
});
