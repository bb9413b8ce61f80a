// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import type { BufferPlan } from '../../../src/engine/plan/buffer-plan.js';
import { type EnginePlan, planEngine, planInput, samePlan } from '../../../src/engine/plan/plan.js';
import { resolveParameters } from '../../../src/problem/parameters.js';
import type { CrfParameters, Kernel, ProblemSize } from '../../../src/problem/types.js';
import { kernelSets, planOf } from '../../support/engine-plans.js';

const tuning = { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6 };
/** What a device has that was not asked for more. */
const defaultLimits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 };

function planner(size: ProblemSize, limits = defaultLimits) {
  const input = planInput(size);
  return (parameters: CrfParameters, previous?: EnginePlan, wanted: readonly (number | null)[] = []) =>
    planEngine(
      { size, parameters: resolveParameters(parameters, size), limits, tuning, vertexCapacity: 'measured', input },
      previous,
      wanted,
    );
}

function buffersOf(plan: EnginePlan): BufferPlan[] {
  return plan.parts.flatMap((part) => part.buffers);
}

function bytesOf(plan: EnginePlan): number {
  return buffersOf(plan).reduce((sum, { bytes }) => sum + bytes, plan.input.image.bytes);
}

const size = { width: 40, height: 30, labelCount: 21 };
const spatial: Kernel = { type: 'gaussian', sigmaXY: 3, compatibility: 3 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 };

describe('a plan keeps what stays the same', () => {
  const plan = planner(size);
  const before = plan({ kernels: [spatial, bilateral] });

  test('other weights, iterations and dampings of the same kind are values only', () => {
    const after = plan({ kernels: [{ ...spatial, compatibility: 5 }, bilateral], iterations: 9 }, before);
    expect(samePlan(before, after)).toBe(true);
    expect(after.values).not.toEqual(before.values);
  });

  test('another normalization keeps the lattice', () => {
    const after = plan({ kernels: [{ ...spatial, normalization: 'before' }, bilateral] }, before);
    expect(samePlan(before, after)).toBe(false);
    expect(after.kernels[0].structure).toBe(before.kernels[0].structure);
    expect(after.kernels[0].normalization).not.toBe(before.kernels[0].normalization);
    expect(after.kernels[1].parts).toEqual(before.kernels[1].parts);
    expect(after.pixels).toBe(before.pixels);
  });

  test('another sigma makes one new lattice', () => {
    const after = plan({ kernels: [spatial, { ...bilateral, sigmaXY: 40 }] }, before);
    expect(after.kernels[0].parts.every((part, index) => part === before.kernels[0].parts[index])).toBe(true);
    expect(after.kernels[1].structure).not.toBe(before.kernels[1].structure);
  });

  test('kernels in another order keep all of their parts', () => {
    const after = plan({ kernels: [bilateral, spatial] }, before);
    expect(new Set(after.parts)).toEqual(new Set(before.parts));
    expect(samePlan(before, after)).toBe(false);
  });

  test('two kernels with the same features have a lattice each', () => {
    const twice = plan({ kernels: [spatial, spatial] }, before);
    expect(twice.kernels[0].structure).toBe(before.kernels[0].structure);
    expect(twice.kernels[1].structure).not.toBe(before.kernels[0].structure);
  });

  test('from Potts to penalties, rows by pixel are others and the lattices stay', () => {
    const penalties = Array.from({ length: 21 }, (_unused, label) => -label);
    const after = plan({ kernels: [spatial, { ...bilateral, compatibility: penalties }] }, before);
    expect(after.rows.implicitLast).toBe(false);
    expect(after.pixels).not.toBe(before.pixels);
    expect(after.kernels[1].structure).toBe(before.kernels[1].structure);
  });
});

describe('room for vertices', () => {
  const plan = planner(size);

  test('grows to what was wanted and a quarter more, and never beyond what there can be', () => {
    const before = plan({ kernels: [spatial, bilateral] });
    const grown = plan({ kernels: [spatial, bilateral] }, before, [null, 2000]);
    expect(grown.kernels[1]).toMatchObject({ structure: { vertexCapacity: 2500 } });
    expect(grown.kernels[0]).toBe(grown.kernels[0]);
    expect(grown.kernels[0].structure).toBe(before.kernels[0].structure);
    const most = plan({ kernels: [spatial, bilateral] }, before, [null, 7000]);
    expect(most.kernels[1]).toMatchObject({ structure: { vertexCapacity: 40 * 30 * 6 } });
  });

  test('enough room is left as it is', () => {
    const before = plan({ kernels: [spatial, bilateral] });
    expect(samePlan(before, plan({ kernels: [spatial, bilateral] }, before, [10, 20]))).toBe(true);
  });
});

describe('memory', () => {
  test('512×512 with 21 labels takes no more than 137 MB', () => {
    const plan = planner({ width: 512, height: 512, labelCount: 21 });
    expect(bytesOf(plan({ kernels: [spatial, bilateral] }))).toBeLessThan(137e6);
  });

  test.each(Object.keys(kernelSets).filter((name) => !name.includes('exact')))(
    '%s: 640×480 with 21 labels and room for every vertex fits the bindings of a device with default limits',
    (name) => {
      const plan = planOf(kernelSets[name], {
        width: 640,
        height: 480,
        largestBinding: defaultLimits.maxStorageBufferBindingSize,
      });
      const largest = Math.max(...buffersOf(plan).map(({ bytes }) => bytes));
      expect(largest).toBeLessThanOrEqual(defaultLimits.maxStorageBufferBindingSize);
    },
  );
});
