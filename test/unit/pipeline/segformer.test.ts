// SPDX-License-Identifier: MIT

import { beforeAll, expect, test, vi } from 'vitest';
import { readPhotograph } from '../../../src/cli/files/image.js';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import { inspectModel, presets } from '../../../src/pipeline/index.js';
import { describedSegformer } from '../../support/segformer/described.js';
import { segformerNetwork } from '../../support/segformer/network.js';

// On one thread of WebAssembly the network takes ten seconds of a core, of which there may be many programs to share it.
vi.setConfig({ testTimeout: 300_000 });

let bytes: Uint8Array;
beforeAll(() => {
  bytes = segformerNetwork();
});

test('the graph has the parts of SegFormer-B0, and its weights', () => {
  const { operators } = inspectModel(bytes);
  const count = Object.fromEntries(operators.map(({ type, nodes }) => [type, nodes.length]));
  // Eight blocks, each with query, key, value, output and two of the feed-forward part; four projections in the decoder; two products in each attention.
  expect(count.MatMul).toBe(8 * 6 + 4 + 8 * 2);
  expect(count).toMatchObject({ Softmax: 8, Erf: 8, Resize: 4, Relu: 1, Concat: 1 + count.Shape });
  // Four patch embeddings, six reductions, eight depthwise ones, two in the decoder.
  expect(count.Conv).toBe(20);
  // The file that others exported with trained weights is as long, but for names.
  const { byteLength = 0 } = presets['segformer-b0-ade20k'];
  expect(Math.abs(bytes.length / byteLength - 1)).toBeLessThan(0.03);
});

test('it runs at 512×512 on the CPU, and gives 150 logits at a quarter', async () => {
  const network = await CpuNetwork.create(describedSegformer(bytes));
  const unary = await network.run(await readPhotograph('demo/public/photos/astronaut.png', 1e6));
  expect(network.labels).toHaveLength(150);
  expect(network.labels[12]).toBe('person');
  await network.destroy();
  if (!('logits' in unary)) throw new Error('SegFormer gives logits');
  expect(unary).toMatchObject({ width: 128, height: 128 });
  expect(unary.logits).toHaveLength(150 * 128 * 128);
  const [least, most] = unary.logits.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [0, 0]);
  // Weights are such that values stay of the order of 1; NaN would be in neither.
  expect(unary.logits.every(Number.isFinite)).toBe(true);
  expect(most - least).toBeGreaterThan(1);
  expect(Math.max(most, -least)).toBeLessThan(30);
});
