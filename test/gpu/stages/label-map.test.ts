// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { confidence, entropy, labelMap as labelMapOnCpu } from '../../../src/reference/label-map.js';
import { labelMap } from '../../../src/stages/label-map.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomMarginals } from '../../support/random.js';
import { toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

interface Given {
  labelCount: number;
  potts: boolean;
  largestBinding?: number;
  tuning: (typeof tinyTunings)[number];
}

async function read(q: Float32Array, { labelCount, potts, largestBinding, tuning }: Given) {
  const pixelCount = q.length / labelCount;
  const size = { width: pixelCount, height: 1, labelCount };
  const rows = rowsFor(size, [potts ? pottsKernel(size) : vectorKernel(size)], tuning, largestBinding);
  const results = {
    labelMap: gpu.filled(pixelCount, 99),
    confidence: gpu.filled(pixelCount, 99),
    entropy: gpu.filled(pixelCount, 99),
  };
  for (const [slab, first] of rows.firstLabels.entries()) {
    await gpu.run(labelMap, {
      constants: rowConstants(rows, tuning),
      bindings: {
        problem: gpu.uniform(pixelCount, labelCount, first),
        // What unused channels hold must not matter.
        q: gpu.storage(toRows(q, labelCount, rows, slab, 5)),
        ...results,
      },
      items: pixelCount,
    });
  }
  return {
    slabCount: rows.slabCount,
    labels: await gpu.words(results.labelMap, pixelCount),
    confidence: await gpu.floats(results.confidence, pixelCount),
    entropy: await gpu.floats(results.entropy, pixelCount),
  };
}

describe.each([
  { labelCount: 1, potts: true, tuning: tinyTunings[0] },
  { labelCount: 2, potts: true, tuning: tinyTunings[1] },
  { labelCount: 2, potts: false, tuning: tinyTunings[2] },
  { labelCount: 5, potts: true, tuning: tinyTunings[3] },
  { labelCount: 6, potts: false, tuning: tinyTunings[4] },
  { labelCount: 21, potts: false, tuning: tinyTunings[1], largestBinding: 17 * 4 * 8 },
])('$labelCount labels, Potts: $potts, bindings of $largestBinding', (given) => {
  test('label map, confidence and entropy are what the CPU twin has', async () => {
    const q = randomMarginals(17, given.labelCount, 8);
    const found = await read(q, given);
    expect(found.labels).toEqual(labelMapOnCpu(q, given.labelCount));
    expect(found.confidence).toBeAllClose(confidence(q, given.labelCount), { tolerance: 1e-6 });
    expect(found.entropy).toBeAllClose(entropy(q, given.labelCount), { tolerance: 1e-5 });
    expect(found.slabCount > 1).toBe(given.largestBinding !== undefined);
  });

  test('the lowest label wins a tie', async () => {
    const { labelCount } = given;
    const even = new Float32Array(17 * labelCount).fill(1 / labelCount);
    // With thirds and the like, rounding decides what is left for the label that is not stored.
    if (Number.isInteger(Math.log2(labelCount)) || !given.potts) {
      expect([...(await read(even, given)).labels]).toEqual(Array.from({ length: 17 }, () => 0));
    }
    const certain = even.map((_value, i) => Number(i % labelCount === labelCount - 1));
    const found = await read(certain, given);
    expect([...found.labels]).toEqual(Array.from({ length: 17 }, () => labelCount - 1));
    expect(found.entropy).toBeAllClose(new Float32Array(17), { tolerance: 1e-6 });
  });
});

test('one Q that is wrong changes the map', async () => {
  const given = { labelCount: 6, potts: false, tuning: tinyTunings[4] };
  const q = randomMarginals(17, 6, 8);
  const expected = labelMapOnCpu(q, 6);
  q[6 * 4 + ((expected[4] + 1) % 6)] = 2;
  expect((await read(q, given)).labels).not.toEqual(expected);
});
