// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { addMessage } from '../../../src/reference/compatibility.js';
import { compatibility as stage } from '../../../src/stages/compatibility.js';
import { planFor } from '../../support/planned.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats } from '../../support/random.js';
import { fromRows, toRows } from '../../support/row-layout.js';
import { StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const rowCount = 7;

describe.each([
  { labelCount: 1, kind: 'vector', firstRow: 0, tuning: tinyTunings[0] },
  { labelCount: 2, kind: 'matrix', firstRow: 1, tuning: tinyTunings[1] },
  { labelCount: 5, kind: 'matrix', firstRow: 0, tuning: tinyTunings[2] },
  { labelCount: 6, kind: 'vector', firstRow: 1, tuning: tinyTunings[3] },
  { labelCount: 18, kind: 'matrix', firstRow: 1, tuning: tinyTunings[1] },
  { labelCount: 18, kind: 'matrix', firstRow: 1, tuning: tinyTunings[1], largestBinding: rowCount * 4 * 8 },
])('$labelCount labels, a $kind, workgroups of $tuning.workgroupSize, bindings of $largestBinding', (given) => {
  test('rows are what the CPU twin makes of them, and row 0 of a lattice is left alone', async () => {
    const { labelCount, firstRow, tuning, largestBinding } = given;
    const size = { width: rowCount, height: 1, labelCount };
    const numbers = randomFloats(labelCount * labelCount, 4, 2);
    const compatibility = Array.from({ length: labelCount }, (_, a) => [
      ...numbers.subarray(a * labelCount, (a + 1) * labelCount),
    ]);
    const kernel =
      given.kind === 'vector' ? vectorKernel(size) : pottsKernel(size, { type: 'gaussian', sigmaXY: 3, compatibility });
    const plan = planFor({
      size,
      kernels: [kernel],
      tuning,
      ...(largestBinding && { largestBinding }),
      vertexCapacity: 1,
    });
    const { rows } = plan;
    const values = randomFloats(rowCount * labelCount, 5);
    const matrix = (source: number, target: number) => {
      const buffer = plan.kernels[0].penalties?.matrices[source][target];
      return plan.values.find((value) => value.buffer === buffer)?.contents as Float32Array;
    };
    const sums: Float32Array[] = [];
    for (let target = 0; target < rows.slabCount; target++) {
      const sum = new Float32Array(rowCount * rows.rowChannels);
      for (let source = 0; source < rows.slabCount; source++) {
        const transformed = gpu.zeros(sum.length);
        await gpu.run(stage, {
          constants: { ...rowConstants(rows, tuning), firstRow },
          bindings: {
            counted: gpu.uniform(rowCount - firstRow),
            penalties: gpu.storage(matrix(source, target)),
            // What unused channels hold must not matter.
            source: gpu.storage(toRows(values, labelCount, rows, source, 9)),
            transformed,
          },
          items: rowCount,
          blocks: rows.blockCount,
        });
        const part = await gpu.floats(transformed, sum.length);
        for (let i = 0; i < sum.length; i++) sum[i] += part[i];
      }
      sums.push(sum);
    }
    const expected = new Float32Array(rowCount * labelCount);
    addMessage(kernel.compatibility, values, labelCount, labelCount, expected);
    expected.fill(0, 0, firstRow * labelCount);
    expect(fromRows(sums, rows)).toBeAllClose(expected, { tolerance: 1e-5, shape: [rowCount, labelCount] });
    expect(rows.slabCount > 1).toBe(largestBinding !== undefined);
  });
});
