// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowConstants } from '../../../src/engine/lists/constants.js';
import { isOneBlock } from '../../../src/engine/plan/row-plan.js';
import { updateMarginals } from '../../../src/reference/softmax.js';
import { softmax } from '../../../src/stages/softmax.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats, randomMarginals } from '../../support/random.js';
import { firstLabelsOf, fromRows, relativeToLast, toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const pixelCount = 13;

/** As the engine does: rows of one block whole, others by reducing every slab, then applying. */
async function softmaxBoth(given: (typeof cases)[number], scores = randomFloats(pixelCount * given.labelCount, 1, 20)) {
  const { labelCount, potts, largestBinding, damping, fromUnary, tuning } = given;
  const size = { width: pixelCount, height: 1, labelCount };
  const rows = rowsFor(size, [potts ? pottsKernel(size) : vectorKernel(size)], tuning, largestBinding);
  const q = randomMarginals(pixelCount, labelCount, 4);
  const relative = relativeToLast(scores, labelCount, rows);
  const sign = fromUnary ? -1 : 1;
  const running = gpu.storage(new Float32Array(2 * pixelCount).fill(Number.NaN));
  const largestChange = gpu.zeros(4);
  const slabs = rows.firstLabels.map((_first, slab) => ({
    logits: gpu.storage(toRows(relative, labelCount, rows, slab, -1e38).map((logit) => sign * logit)),
    q: gpu.storage(toRows(q, labelCount, rows, slab)),
  }));
  const compares = damping > 0;
  const parameters = gpu.uniform(pixelCount, { float: damping });
  const constants = { ...rowConstants(rows, tuning), fromUnary, compares };
  const bindings = { parameters, running, largestChange };
  const run = async (entry: string, slab: number, firstSlab: boolean) =>
    gpu.run(softmax, {
      constants: { ...constants, firstSlab },
      bindings: { ...bindings, ...slabs[slab] },
      items: pixelCount,
      entry,
    });
  if (isOneBlock(rows)) await run('whole', 0, true);
  else {
    for (const slab of slabs.keys()) await run('reduce', slab, slab === 0);
    for (const slab of slabs.keys()) await run('apply', slab, false);
  }
  const change = updateMarginals(scores.slice(), labelCount, damping, q);
  const words = pixelCount * rows.rowChannels;
  return {
    rows,
    found: fromRows(await Promise.all(slabs.map((slab) => gpu.floats(slab.q, words))), rows),
    expected: firstLabelsOf(q, labelCount, rows.storedLabels),
    padding: await Promise.all(slabs.map((slab) => gpu.floats(slab.q, words))),
    change: [(await gpu.floats(largestChange))[0], change],
    compares,
  };
}

const whole = 2 ** 27;
const cases = [
  { labelCount: 1, potts: true, damping: 0, fromUnary: true, tuning: tinyTunings[0], largestBinding: whole },
  { labelCount: 2, potts: true, damping: 0.5, fromUnary: false, tuning: tinyTunings[1], largestBinding: whole },
  { labelCount: 2, potts: false, damping: 0, fromUnary: false, tuning: tinyTunings[2], largestBinding: whole },
  { labelCount: 5, potts: true, damping: 0.2, fromUnary: false, tuning: tinyTunings[3], largestBinding: whole },
  { labelCount: 5, potts: false, damping: 0.3, fromUnary: false, tuning: tinyTunings[4], largestBinding: whole },
  { labelCount: 21, potts: true, damping: 0, fromUnary: true, tuning: tinyTunings[4], largestBinding: whole },
  { labelCount: 30, potts: false, damping: 0.1, fromUnary: false, tuning: tinyTunings[2], largestBinding: whole },
  { labelCount: 21, potts: false, damping: 0.4, fromUnary: false, tuning: tinyTunings[1], largestBinding: 13 * 4 * 8 },
];

describe.each(cases)('$labelCount labels, damping $damping, Potts: $potts, bindings of $largestBinding', (given) => {
  test('Q and its largest change are what the CPU twin has', async () => {
    const { rows, found, expected, change, compares } = await softmaxBoth(given);
    expect(found).toBeAllClose(expected, { tolerance: 1e-6, shape: [pixelCount, rows.storedLabels] });
    if (compares) expect(change[0]).toBeCloseTo(change[1], 5);
    expect(rows.slabCount > 1).toBe(given.largestBinding !== whole);
  });
});

test('logits of hundreds overflow nothing, and channels that are no label become 0', async () => {
  const given = { ...cases[4], damping: 0 };
  const scores = randomFloats(pixelCount * given.labelCount, 9, 800).map((score) => score - 400);
  const { rows, found, expected, padding } = await softmaxBoth(given, scores);
  expect(found).toBeAllClose(expected, { tolerance: 1e-6 });
  const unused = padding[0].filter((_q, i) => i % rows.rowChannels >= rows.storedLabels);
  expect(unused.length).toBeGreaterThan(0);
  expect(unused.every((value) => value === 0)).toBe(true);
});
