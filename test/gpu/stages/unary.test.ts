// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkUnarySource } from '../../../src/engine/inputs/unary-input.js';
import { UnarySourceStage } from '../../../src/engine/inputs/unary-source.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import type { ProblemSize, UnaryInput } from '../../../src/problem/types.js';
import { planarToRows } from '../../../src/reference/layout.js';
import { updateMarginals } from '../../../src/reference/softmax.js';
import { unaryEnergies } from '../../../src/reference/unary.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats } from '../../support/random.js';
import { firstLabelsOf, fromRows, relativeToLast } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const [width, height] = [9, 5];
const pixelCount = width * height;

interface Given {
  labelCount: number;
  potts: boolean;
  largestBinding?: number;
  tuning: (typeof tinyTunings)[number];
}

/** Forms of input for a number of labels, coarse ones included. */
function inputs(labelCount: number): Record<string, UnaryInput<Float32Array, Uint32Array>> {
  const logits = randomFloats(pixelCount * labelCount, 1, 8).map((value) => value - 4);
  const coarse = randomFloats(4 * 3 * labelCount, 2, 8);
  const probabilities = randomFloats(pixelCount * labelCount, 3);
  probabilities[0] = 0;
  const labels = Uint32Array.from({ length: pixelCount }, (_, i) => (i % 3 === 0 ? 77 : i % labelCount));
  return {
    logits: { logits },
    'interleaved logits': { logits, layout: 'interleaved' },
    energies: { unary: logits },
    probabilities: { probabilities },
    labels: { labels, unknown: 77, confidence: 0.9 },
    'coarse logits': { logits: coarse, width: 4, height: 3 },
    'coarse, corners aligned': { logits: coarse, width: 4, height: 3, upsampling: 'align-corners' },
    'a window': { logits: coarse, width: 4, height: 3, window: { x: 0.3, y: 1, width: 3.1, height: 1.9 } },
    'a window without a centre': {
      unary: coarse,
      width: 4,
      height: 3,
      window: { x: 1.6, y: 0.1, width: 0.8, height: 2 },
    },
    'a window of the same size': { logits, window: { x: 2, y: 1, width: 5.5, height: 3 } },
    'a window that reaches out': {
      logits: coarse,
      width: 4,
      height: 3,
      window: { x: -1, y: -0.5, width: 6, height: 4 },
    },
    'coarse, interleaved': {
      probabilities: coarse.map((value) => value / 8),
      width: 3,
      height: 4,
      layout: 'interleaved',
    },
  };
}

/** Rows as the stage leaves them, what it says of the label that is not stored (as pairs), and how many pixels were invalid. */
async function write(input: UnaryInput | { logits: GPUBuffer }, { labelCount, potts, tuning, largestBinding }: Given) {
  const size: ProblemSize = { width, height, labelCount };
  const rows = rowsFor(size, [potts ? pottsKernel(size) : vectorKernel(size)], tuning, largestBinding);
  const unary = rows.firstLabels.map(() => gpu.filled(pixelCount * rows.rowChannels, 77));
  const lastUnary = gpu.filled(2 * pixelCount, 77);
  const invalidPixelCount = gpu.zeros(1);
  const stage = new UnarySourceStage(
    { device: gpu.programs.device, programs: gpu.programs, size, rows, tuning },
    unary,
    lastUnary,
    invalidPixelCount,
  );
  const write = await stage.prepare(checkUnarySource(input, size));
  write();
  const slabs = await Promise.all(unary.map((buffer) => gpu.floats(buffer, pixelCount * rows.rowChannels)));
  const [invalid] = await gpu.words(invalidPixelCount, 1);
  stage.destroy();
  return { rows, slabs, found: fromRows(slabs, rows), last: await gpu.floats(lastUnary, 2 * pixelCount), invalid };
}

describe.each([
  { labelCount: 2, potts: true, tuning: tinyTunings[0] },
  { labelCount: 5, potts: true, tuning: tinyTunings[3] },
  { labelCount: 9, potts: false, largestBinding: 45 * 4 * 8, tuning: tinyTunings[1] },
])('$labelCount labels, Potts: $potts, bindings of $largestBinding', (given) => {
  const { labelCount } = given;
  test.each(Object.entries(inputs(labelCount)))('%s', async (_name, input) => {
    const size = { width, height, labelCount };
    const { rows, slabs, found, last, invalid } = await write(input, given);
    const energies = new Float32Array(pixelCount * labelCount);
    planarToRows(unaryEnergies(resolveUnary(input, size), size), pixelCount, labelCount, labelCount, 1, energies);
    const expected = firstLabelsOf(relativeToLast(energies, labelCount, rows), labelCount, rows.storedLabels);
    expect(found).toBeAllClose(expected, { tolerance: 1e-5, shape: [pixelCount, rows.storedLabels] });
    if (rows.implicitLast) {
      const expectedLast = energies.filter((_energy, i) => i % labelCount === labelCount - 1);
      for (const part of [0, 1]) {
        expect(last.filter((_energy, i) => i % 2 === part)).toBeAllClose(expectedLast, { tolerance: 1e-5 });
      }
    }
    expect(invalid).toBe(0);
    // Channels that are no label never win.
    for (const [slab, values] of slabs.entries()) {
      const used = rows.storedLabels - rows.firstLabels[slab];
      const unused = values.filter((_energy, i) => i % rows.rowChannels >= used);
      expect(unused.every((energy) => energy === Math.fround(1e38))).toBe(true);
    }
    expect(rows.slabCount > 1).toBe(given.largestBinding !== undefined);
  });

  test('a pixel with a NaN or an infinity has the same energy for all labels', async () => {
    const logits = randomFloats(pixelCount * labelCount, 1, 8);
    logits[7] = Number.NaN;
    logits[(labelCount - 1) * pixelCount + 12] = Number.POSITIVE_INFINITY;
    const { rows, found, invalid } = await write({ logits: gpu.storage(logits) }, given);
    const { storedLabels } = rows;
    const pixel = (index: number) => [...found.subarray(index * storedLabels, (index + 1) * storedLabels)];
    expect(pixel(7)).toEqual(Array.from({ length: storedLabels }, () => 0));
    expect(pixel(12)).toEqual(Array.from({ length: storedLabels }, () => 0));
    expect(found.every(Number.isFinite)).toBe(true);
    expect(invalid).toBe(2);
  });

  // Each of these is what a pixel's labels get in turn.
  const extremes = [
    [-3.4e38],
    [3.4e38],
    [-3.4e38, -3e38],
    [-3.4e38, 2, 1],
    [0.5, 3, -1e9],
    [1, 2, -3.4e38],
    [3.4e38, 1, -3.4e38],
    [1e36, 1e37],
    [-20000, 3, 2.5],
  ];

  test.each(['logits', 'unary'] as const)('%s however far apart leave to softmax what decides', async (form) => {
    const values = new Float32Array(pixelCount * labelCount);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const row = extremes[pixel % extremes.length];
      for (let label = 0; label < labelCount; label++) {
        // From the first label on and from the last: a mask on the last label is the hardest.
        const at = Math.floor(pixel / extremes.length) % 2 === 0 ? label : labelCount - 1 - label;
        values[label * pixelCount + pixel] = row[Math.min(at, row.length - 1)] * (form === 'unary' ? -1 : 1);
      }
    }
    const { rows, slabs, found, last } = await write({ [form]: values } as { logits: Float32Array }, given);
    const { storedLabels, implicitLast } = rows;
    const size = { width, height, labelCount };
    const scores = new Float32Array(pixelCount * labelCount);
    const energies = unaryEnergies(resolveUnary({ [form]: values } as { logits: Float32Array }, size), size);
    planarToRows(energies, pixelCount, labelCount, labelCount, -1, scores);
    const expected = new Float32Array(scores.length);
    updateMarginals(scores, labelCount, 0, expected);
    // The label that is not stored has the energy 0 where the others are relative to its own, and more where it was brought nearer.
    const stored = Float32Array.from({ length: pixelCount * labelCount }, (_score, i) => {
      const [pixel, label] = [Math.floor(i / labelCount), i % labelCount];
      return label < storedLabels ? -found[pixel * storedLabels + label] : 0;
    });
    const q = new Float32Array(stored.length);
    updateMarginals(stored, labelCount, 0, q);
    expect(q).toBeAllClose(expected, { tolerance: 1e-3, shape: [pixelCount, labelCount] });
    expect(found.every((energy) => Math.abs(energy) <= 2e37)).toBe(true);
    if (implicitLast) expect(last.every(Number.isFinite)).toBe(true);
    for (const [slab, row] of slabs.entries()) {
      const used = storedLabels - rows.firstLabels[slab];
      const unused = row.filter((_energy, i) => i % rows.rowChannels >= used);
      expect(unused.every((energy) => energy === Math.fround(1e38))).toBe(true);
    }
  });
});
