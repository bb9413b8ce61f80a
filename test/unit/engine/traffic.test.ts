// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { iteration, iterations } from '../../../src/engine/lists/iteration.js';
import { dispatchesOf, type LatticeCounts, totalOf } from '../../../src/engine/lists/summary.js';
import type { BufferPlan } from '../../../src/engine/plan/buffer-plan.js';
import type { EnginePlan } from '../../../src/engine/plan/plan.js';
import type { ProblemSize, ResolvedKernel } from '../../../src/problem/types.js';
import { planFor } from '../../support/planned.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';

const tuning = { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6 };
const counts: LatticeCounts = { vertexCount: 1000, runCount: 3000 };

function plan(
  labelCount: number,
  kernelsOf: (size: ProblemSize) => ResolvedKernel[] = (size) => [pottsKernel(size)],
  more: { damping?: number; largestBinding?: number } = {},
): EnginePlan {
  const size = { width: 100, height: 100, labelCount };
  return planFor({ size, kernels: kernelsOf(size), tuning, vertexCapacity: 1000, ...more });
}

/** Bytes of one iteration, by timing; every lattice came to `counts`. */
function traffic(
  planned: EnginePlan,
  given = counts,
  quantity: 'bytes' | 'multiplyAdds' = 'bytes',
  steps = iteration(planned),
) {
  const all = new Map<BufferPlan, LatticeCounts>();
  for (const kernel of planned.kernels) if (kernel.method === 'lattice') all.set(kernel.structure.sizes, given);
  const moved = totalOf(quantity, steps, planned, all);
  if (!moved) throw new Error('not counted');
  return { ...Object.fromEntries(moved.byTiming), total: moved.total } as Record<string, number>;
}

test('one kernel, 20 channels: counted by hand', () => {
  const moved = traffic(plan(21));
  // A row is 80 bytes; 3 vertices a simplex.
  // A run: 2 + 3 ids + 3 scales, and 3 rows added to. A pixel: place, 3 weights, a row.
  expect(moved.splat).toBe(3000 * (8 * 4 + 2 * 3 * 80) + 10_000 * (4 * 4 + 80));
  // 3 axes of 2 ids and 4 rows, 3 scales, and one row made zero.
  expect(moved.blur).toBe(1000 * (3 * (8 + 320) + 12 + 80));
  // A run: 2 + 3 ids, 3 rows. A pixel: place, 3 weights, the message of ones, a row in and a row out.
  expect(moved.slice).toBe(3000 * (20 + 240) + 10_000 * (20 + 160));
  expect(Object.keys(moved).sort()).toEqual(['blur', 'slice', 'splat', 'total']);
  expect(moved.total).toBe(moved.splat + moved.blur + moved.slice);
});

test('multiply-adds of one kernel, 20 channels: counted by hand', () => {
  const done = traffic(plan(21), counts, 'multiplyAdds');
  // A pixel: 3 weights through their scales, 3 terms a channel.
  expect(done.splat).toBe(10_000 * 3 * (1 + 20));
  // A vertex: 3 axes of a sum and a half of it added, first 3 scales and 3 products a channel.
  expect(done.blur).toBe(1000 * (3 * 2 * 20 + 3 * (1 + 20)));
  // A pixel: 3 weights, 3 products a channel, relative to the last label, added to the logits, softmax.
  expect(done.slice).toBe(10_000 * (3 * (1 + 20) + (2 + 1 + 4) * 20));
});

test('two labels are one channel, and iterations in a row read the places and weights of the last kernel once: counted by hand', () => {
  const planned = plan(2, (size) => [
    pottsKernel(size),
    pottsKernel(size, { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 }),
  ]);
  const { between } = iterations(planned);
  const moved = traffic(planned, counts, 'bytes', between);
  // The first kernel's, 3 vertices a simplex: as above, with rows of 4 bytes.
  expect(moved.splat).toBe(3000 * (8 * 4 + 2 * 3 * 4) + 10_000 * (4 * 4 + 4));
  expect(moved.slice).toBe(3000 * (5 * 4 + 3 * 4) + 10_000 * (4 * 4 + 2 * 4));
  // 6 vertices a simplex. A run: 2 + 6 ids + 6 scales, 6 rows, and 6 added to. A pixel: place, 6 weights, a row in and one out.
  expect(moved['slice and splat']).toBe(3000 * (14 * 4 + 6 * 4 + 2 * 6 * 4) + 10_000 * (7 * 4 + 2 * 4));
  // A pixel: 6 weights times the kernel's and their scales, 6 products of each; one half less, added to the logits, softmax.
  expect(traffic(planned, counts, 'multiplyAdds', between)['slice and splat']).toBe(10_000 * (2 * 6 * 2 + 1 + 5));
  expect(moved.total).toBeLessThan(0.85 * traffic(planned).total);
});

test('kernels add up', () => {
  const bilateral = (size: ProblemSize) =>
    pottsKernel(size, { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 });
  const [one, other, both] = [
    plan(21),
    plan(21, (size) => [bilateral(size)]),
    plan(21, (size) => [pottsKernel(size), bilateral(size)]),
  ].map((planned) => traffic(planned).total);
  expect(both).toBe(one + other);
  expect(other).toBeGreaterThan(one);
});

describe('softmax of its own', () => {
  test('comes with comparison, and then reads Q too', () => {
    expect(traffic(plan(21, undefined, { damping: 0.5 })).softmax).toBe(10_000 * 3 * 80);
  });

  test('comes with more than one block, whose invocations all look up their pixels', () => {
    const planned = plan(28, (size) => [vectorKernel(size)]);
    expect(planned.rows).toMatchObject({ blockCount: 2, rowChannels: 32 });
    const moved = traffic(planned);
    expect(moved.softmax).toBe(10_000 * (4 * 128 + 24));
    expect(moved.slice).toBe(3000 * (2 * 20 + 3 * 128) + 10_000 * (2 * 16 + 2 * 128));
  });

  test('is all there is without kernels', () => {
    const { softmax, total } = traffic(plan(2, () => []));
    expect(total).toBe(softmax);
  });
});

test('slabs: Potts keeps to its own, penalties go from each to each', () => {
  const largestBinding = 10_000 * 4 * 8;
  const slabs = (kernels: (size: ProblemSize) => ResolvedKernel[]) => plan(24, kernels, { largestBinding });
  const potts = slabs((size) => [pottsKernel(size)]);
  const penalties = slabs((size) => [vectorKernel(size)]);
  expect(potts.rows.slabCount).toBe(3);
  expect(traffic(penalties).slice).toBe(3 * traffic(potts).slice);
  expect(traffic(penalties).splat).toBe(traffic(potts).splat);
  expect(traffic(penalties).compatibility).toBe(9 * 1000 * 2 * 8 * 4);
});

test('methods that nobody counted give no figure', () => {
  const exact = plan(3, (size) => [{ ...pottsKernel(size), method: 'exact' }]);
  expect(totalOf('bytes', iteration(exact), exact, new Map())).toBeNull();
});

test('13 dispatches an iteration for the usual kernels, however many labels and pixels; 12 where they are chained', () => {
  const usual = (size: ProblemSize) => [
    pottsKernel(size),
    pottsKernel(size, { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 }),
  ];
  for (const labelCount of [2, 5, 21, 24]) expect(dispatchesOf(iteration(plan(labelCount, usual)))).toHaveLength(13);
  const inARow = (labelCount: number) => dispatchesOf(iterations(plan(labelCount, usual)).between).length;
  expect([2, 4, 5, 21, 24].map(inARow)).toEqual([12, 12, 13, 13, 13]);
});
