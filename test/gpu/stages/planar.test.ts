// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { rowsToPlanar } from '../../../src/reference/layout.js';
import { planar } from '../../../src/stages/planar.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomMarginals } from '../../support/random.js';
import { toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const pixelCount = 17;

describe.each([
  { labelCount: 1, potts: true, tuning: tinyTunings[0] },
  { labelCount: 2, potts: false, tuning: tinyTunings[1] },
  { labelCount: 5, potts: true, tuning: tinyTunings[2] },
  { labelCount: 6, potts: false, tuning: tinyTunings[3] },
  { labelCount: 21, potts: false, tuning: tinyTunings[1], largestBinding: pixelCount * 4 * 8 },
])(
  '$labelCount labels, Potts: $potts, bindings of $largestBinding',
  ({ labelCount, potts, tuning, largestBinding }) => {
    test('every label’s plane is what the CPU twin has, the one that is not stored too', async () => {
      const size = { width: pixelCount, height: 1, labelCount };
      const rows = rowsFor(size, [potts ? pottsKernel(size) : vectorKernel(size)], tuning, largestBinding);
      const q = randomMarginals(pixelCount, labelCount, 6);
      const marginals = gpu.filled(pixelCount * labelCount + 1, 77);
      for (const [slab, first] of rows.firstLabels.entries()) {
        await gpu.run(planar, {
          constants: rowConstants(rows, tuning),
          bindings: {
            problem: gpu.uniform(pixelCount, labelCount, first),
            q: gpu.storage(toRows(q, labelCount, rows, slab, 5)),
            marginals,
          },
          items: pixelCount,
        });
      }
      const expected = new Float32Array(pixelCount * labelCount);
      rowsToPlanar(q, pixelCount, labelCount, labelCount, expected);
      const found = await gpu.floats(marginals, pixelCount * labelCount + 1);
      expect(found.subarray(0, -1)).toBeAllClose(expected, { tolerance: 1e-6, shape: [labelCount, pixelCount] });
      expect(found[pixelCount * labelCount]).toBe(77);
      expect(rows.slabCount > 1).toBe(largestBinding !== undefined);
    });
  },
);
