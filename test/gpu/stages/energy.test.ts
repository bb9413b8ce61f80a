// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { energyOf } from '../../../src/reference/energy.js';
import { energy } from '../../../src/stages/energy.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats, randomMarginals } from '../../support/random.js';
import { relativeToLast, toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const pixelCount = 11;
const weight = 2.5;

describe.each([
  { labelCount: 1, potts: true, tuning: tinyTunings[0] },
  { labelCount: 2, potts: true, tuning: tinyTunings[1] },
  { labelCount: 3, potts: false, tuning: tinyTunings[2] },
  { labelCount: 9, potts: true, tuning: tinyTunings[3] },
  { labelCount: 21, potts: false, tuning: tinyTunings[1], largestBinding: 11 * 4 * 8 },
])(
  '$labelCount labels, Potts: $potts, bindings of $largestBinding',
  ({ labelCount, potts, tuning, largestBinding }) => {
    test('the terms of all pixels add up to what the CPU twin has', async () => {
      const size = { width: pixelCount, height: 1, labelCount };
      const rows = rowsFor(size, [potts ? pottsKernel(size) : vectorKernel(size)], tuning, largestBinding);
      const q = randomMarginals(pixelCount, labelCount, 1);
      const unary = randomFloats(pixelCount * labelCount, 2, 4);
      const message = randomFloats(pixelCount * labelCount, 3, 2);
      const relative = relativeToLast(unary, labelCount, rows);
      const told = rows.filtersExcess ? relativeToLast(message, labelCount, rows) : message;
      const norms = new Float32Array(2 * pixelCount).fill(Number.NaN);
      for (let pixel = 0; pixel < pixelCount; pixel++) {
        const row = message.subarray(pixel * labelCount, (pixel + 1) * labelCount);
        norms[2 * pixel + 1] = row.reduce((sum, part) => sum + part, 0) / weight;
      }
      const terms = gpu.zeros(4 * pixelCount);
      for (const [slab, first] of rows.firstLabels.entries()) {
        const run = (entry: string, bindings: Record<string, GPUBuffer>) =>
          gpu.run(energy, {
            constants: rowConstants(rows, tuning),
            bindings: {
              problem: gpu.uniform(pixelCount, labelCount, first, { float: weight }),
              q: gpu.storage(toRows(q, labelCount, rows, slab, 5)),
              terms,
              ...bindings,
            },
            items: pixelCount,
            entry,
          });
        // What the stored energies are relative to need not be the last label's own.
        const nearer = rows.implicitLast ? 0.75 : 0;
        const last = unary.filter((_value, i) => i % labelCount === labelCount - 1);
        await run('own', {
          unary: gpu.storage(
            toRows(
              relative.map((value) => value + nearer),
              labelCount,
              rows,
              slab,
              1e38,
            ),
          ),
          lastUnary: gpu.storage(
            Float32Array.from({ length: 2 * pixelCount }, (_v, i) => last[i >> 1] - nearer * (i % 2)),
          ),
        });
        await run('pairwise', {
          message: gpu.storage(toRows(told, labelCount, rows, slab, 5)),
          norms: gpu.storage(norms),
        });
      }
      const found = await gpu.floats(terms, 4 * pixelCount);
      const sums = [0, 1, 2].map((term) => found.filter((_v, i) => i % 4 === term).reduce((sum, v) => sum + v, 0));
      const expected = energyOf(
        q,
        unary.map((energyOfLabel) => -energyOfLabel),
        message,
      );
      expect(sums).toBeAllClose([expected.entropyTerm, expected.unaryTerm, expected.pairwiseTerm], { tolerance: 1e-4 });
      expect(rows.slabCount > 1).toBe(largestBinding !== undefined);
    });
  },
);

test('a Q of 0 adds nothing, and no NaN', async () => {
  const rows = rowsFor({ width: 1, height: 1, labelCount: 4 }, [], tinyTunings[4]);
  const terms = gpu.zeros(4);
  await gpu.run(energy, {
    constants: rowConstants({ ...rows, implicitLast: false, storedLabels: 4 }, tinyTunings[4]),
    bindings: {
      problem: gpu.uniform(1, 4, 0, { float: 1 }),
      q: gpu.storage(Float32Array.of(1, 0, 0, 0)),
      unary: gpu.storage(Float32Array.of(0.5, 9, 9, 9)),
      terms,
    },
    items: 1,
    entry: 'own',
  });
  expect([...(await gpu.floats(terms, 4))]).toEqual([0, 0.5, 0, 0]);
});
