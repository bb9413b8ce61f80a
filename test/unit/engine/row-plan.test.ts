// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { planRows, type RowPlan } from '../../../src/engine/plan/row-plan.js';
import type { Normalization } from '../../../src/problem/types.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';

const ample = { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 };
const tuning = { maxBlockLanes: 6 };

function plan(labelCount: number, { potts = false, limits = ample, maxBlockLanes = 6, width = 100, height = 80 } = {}) {
  const size = { width, height, labelCount };
  const kernel = potts ? pottsKernel(size) : vectorKernel(size);
  return planRows(size, [kernel], limits, { maxBlockLanes });
}

/** What must hold of every plan. */
function expectSound(rows: RowPlan, labelCount: number, pixelCount: number, largestBinding: number, maxLanes: number) {
  expect(rows.storedLabels).toBe(labelCount - Number(rows.implicitLast));
  expect(rows.rowLanes).toBe(rows.blockLanes * rows.blockCount);
  expect(rows.rowChannels).toBe(rows.rowLanes * rows.laneWidth);
  expect(rows.blockLanes).toBeLessThanOrEqual(maxLanes);
  expect(rows.firstLabels).toEqual(Array.from({ length: rows.slabCount }, (_, slab) => slab * rows.rowChannels));
  expect(pixelCount * rows.rowChannels * 4).toBeLessThanOrEqual(largestBinding);
  // Every label has a channel, and the last slab is not empty.
  expect(rows.slabCount * rows.rowChannels).toBeGreaterThanOrEqual(rows.storedLabels);
  expect(rows.firstLabels[rows.slabCount - 1]).toBeLessThan(rows.storedLabels);
  if (rows.implicitLast) expect(rows.blockCount * rows.slabCount).toBe(1);
}

describe('lanes', () => {
  test('one and two labels need no more than that; the others come by four', () => {
    expect([1, 2, 3, 4, 5, 12].map((labelCount) => plan(labelCount).rowChannels)).toEqual([1, 2, 4, 4, 8, 12]);
    expect([1, 2, 3, 5].map((labelCount) => plan(labelCount).laneWidth)).toEqual([1, 2, 4, 4]);
  });

  test('the last label is not stored where that saves a lane: 21 labels take 20 channels', () => {
    const rows = plan(21, { potts: true });
    expect(rows).toMatchObject({ implicitLast: true, storedLabels: 20, rowChannels: 20, blockCount: 1, slabCount: 1 });
    expect(plan(5, { potts: true })).toMatchObject({ implicitLast: true, storedLabels: 4, rowChannels: 4 });
    expect(plan(2, { potts: true })).toMatchObject({ implicitLast: true, filtersExcess: true, rowChannels: 1 });
    expect([3, 4, 6, 20, 22].filter((labelCount) => plan(labelCount, { potts: true }).implicitLast)).toEqual([]);
  });

  test('every label is stored under penalties, without normalization, and with a single label', () => {
    expect(plan(21).implicitLast).toBe(false);
    expect(plan(1, { potts: true }).implicitLast).toBe(false);
    const size = { width: 100, height: 80, labelCount: 21 };
    const withNormalization = (normalization: Normalization) =>
      planRows(size, [{ ...pottsKernel(size), normalization }], ample, tuning).implicitLast;
    expect(withNormalization('none')).toBe(false);
    expect((['before', 'after', 'symmetric'] as const).every(withNormalization)).toBe(true);
    // One kernel of another kind is enough.
    expect(planRows(size, [pottsKernel(size), vectorKernel(size)], ample, tuning).implicitLast).toBe(false);
  });
});

describe('blocks', () => {
  test('as few as hold the lanes, all of one width', () => {
    expect(plan(24)).toMatchObject({ blockLanes: 6, blockCount: 1 });
    expect(plan(28)).toMatchObject({ blockLanes: 4, blockCount: 2, rowLanes: 8 });
    expect(plan(150)).toMatchObject({ blockLanes: 6, blockCount: 7, rowLanes: 42 });
    expect(plan(5, { maxBlockLanes: 1 })).toMatchObject({ blockLanes: 1, blockCount: 2 });
  });

  test('more than one means that every label is stored', () => {
    expect(plan(21, { potts: true, maxBlockLanes: 4 })).toMatchObject({ implicitLast: false, storedLabels: 21 });
  });
});

describe('slabs', () => {
  test('as many as the largest binding asks for, evenly filled', () => {
    const limits = { maxStorageBufferBindingSize: 8000 * 4 * 100, maxBufferSize: 2 ** 30 };
    const rows = plan(150, { limits });
    expect(rows.slabCount).toBe(2);
    expect(rows.rowChannels).toBeLessThanOrEqual(100);
  });

  test('the smaller of the two limits counts', () => {
    const small = 8000 * 4 * 24;
    expect(plan(48, { limits: { ...ample, maxBufferSize: small } }).slabCount).toBe(2);
    expect(plan(48, { limits: { ...ample, maxStorageBufferBindingSize: small } }).slabCount).toBe(2);
  });

  test('where not even a lane fits, the error says what is needed and what there is', () => {
    const limits = { maxStorageBufferBindingSize: 100_000, maxBufferSize: 200_000 };
    expect(() => plan(21, { limits })).toThrow(
      '100×80 pixels need 128000 bytes in one buffer; the device allows 100000 (maxStorageBufferBindingSize, maxBufferSize)',
    );
  });
});

test('every plan is sound', () => {
  for (const labelCount of [1, 2, 3, 4, 5, 8, 9, 20, 21, 22, 25, 33, 100, 150, 255]) {
    for (const potts of [true, false]) {
      for (const maxBlockLanes of [1, 2, 6, 8]) {
        for (const channels of [4, 8, 20, 64, 1000]) {
          const largest = 8000 * 4 * channels;
          const limits = { maxStorageBufferBindingSize: largest, maxBufferSize: 2 ** 30 };
          expectSound(plan(labelCount, { potts, limits, maxBlockLanes }), labelCount, 8000, largest, maxBlockLanes);
        }
      }
    }
  }
});
