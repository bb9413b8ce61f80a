// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { planRows, type RowPlan } from '../../src/crf/row-plan.js';
import { iterationTraffic, type TrafficKernel } from '../../src/crf/traffic.js';
import { pottsKernel, vectorKernel } from '../support/problems.js';

const limits = { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 };
const spatial: TrafficKernel = {
  featureDim: 2,
  vertexCount: 1000,
  runCount: 3000,
  transforms: false,
};

function rowsOf(labelCount: number, potts = true): RowPlan {
  const size = { width: 100, height: 100, labelCount };
  return planRows(size, [potts ? pottsKernel(size) : vectorKernel(size)], limits, { maxBlockLanes: 6 });
}

const base = { pixelCount: 10_000, kernels: [spatial], compares: false };

test('one kernel, 20 channels: counted by hand', () => {
  const traffic = iterationTraffic({ ...base, rows: rowsOf(21) });
  // A row is 80 bytes; 3 vertices a simplex.
  // A run: 2 + 3 ids + 3 scales, and 3 rows added to. A pixel: place, 3 weights, a row.
  expect(traffic.splat).toBe(3000 * (8 * 4 + 2 * 3 * 80) + 10_000 * (4 * 4 + 80));
  // 3 axes of 2 ids and 4 rows, 3 scales, and one row made zero.
  expect(traffic.blur).toBe(1000 * (3 * (8 + 320) + 12 + 80));
  // A run: 2 + 3 ids, 3 rows. A pixel: place, 3 weights, the message of ones, a row in and a row out.
  expect(traffic.slice).toBe(3000 * (20 + 240) + 10_000 * (20 + 160));
  expect(traffic).toMatchObject({ compatibility: 0, softmax: 0 });
  expect(traffic.total).toBe(traffic.splat + traffic.blur + traffic.slice);
});

test('kernels add up', () => {
  const bilateral = { ...spatial, featureDim: 5, vertexCount: 2000 };
  const rows = rowsOf(21);
  const [one, other, both] = [[spatial], [bilateral], [spatial, bilateral]].map(
    (kernels) => iterationTraffic({ ...base, kernels, rows }).total,
  );
  expect(both).toBe(one + other);
  expect(other).toBeGreaterThan(one);
});

describe('softmax of its own', () => {
  test('comes with comparison, and then reads Q too', () => {
    expect(iterationTraffic({ ...base, rows: rowsOf(21), compares: true }).softmax).toBe(10_000 * 3 * 80);
  });

  test('comes with more than one block, whose invocations all look up their pixels', () => {
    const rows = rowsOf(28, false);
    expect(rows).toMatchObject({ blockCount: 2, rowChannels: 32 });
    const traffic = iterationTraffic({ ...base, rows });
    expect(traffic.softmax).toBe(10_000 * (4 * 128 + 24));
    expect(traffic.slice).toBe(3000 * (2 * 20 + 3 * 128) + 10_000 * (2 * 16 + 2 * 128));
  });

  test('is all there is without kernels', () => {
    const { softmax, total } = iterationTraffic({ ...base, kernels: [], rows: rowsOf(2) });
    expect(total).toBe(softmax);
  });
});

test('slabs: Potts keeps to its own, penalties go from each to each', () => {
  const rows: RowPlan = { ...rowsOf(24, false), slabCount: 3 };
  const one = iterationTraffic({ ...base, rows: { ...rows, slabCount: 1 } });
  const potts = iterationTraffic({ ...base, rows });
  expect(potts.slice).toBe(3 * one.slice);
  const penalties = iterationTraffic({ ...base, kernels: [{ ...spatial, transforms: true }], rows });
  expect(penalties.slice).toBe(9 * one.slice);
  expect(penalties.splat).toBe(potts.splat);
  expect(penalties.compatibility).toBe(9 * 1000 * 2 * rows.rowChannels * 4);
});
