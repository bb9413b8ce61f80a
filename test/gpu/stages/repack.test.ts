// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PixelRows } from '../../../src/crf/pixel-rows.js';
import { repackRows } from '../../../src/crf/repack.js';
import type { RowPlan } from '../../../src/engine/plan/row-plan.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats, randomMarginals } from '../../support/random.js';
import { fromRows, relativeToLast, toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const pixelCount = 19;

interface Layout {
  potts: boolean;
  /** Channels that a binding holds at most. */
  channels: number;
  tuning: (typeof tinyTunings)[number];
}

const layouts: Record<string, Layout> = {
  'the last label left out': { potts: true, channels: 1000, tuning: tinyTunings[4] },
  'one block': { potts: false, channels: 1000, tuning: tinyTunings[4] },
  'blocks of a lane': { potts: false, channels: 1000, tuning: tinyTunings[1] },
  slabs: { potts: false, channels: 4, tuning: tinyTunings[1] },
  'slabs of two lanes': { potts: false, channels: 8, tuning: tinyTunings[2] },
};

function rowsOf(labelCount: number, { potts, channels, tuning }: Layout): PixelRows {
  const size = { width: pixelCount, height: 1, labelCount };
  const kernel = potts ? pottsKernel(size) : vectorKernel(size);
  const plan = rowsFor(size, [kernel], tuning, pixelCount * 4 * channels);
  return new PixelRows(gpu.context(size, plan, tuning));
}

function fill(rows: PixelRows, energies: Float32Array, q: Float32Array, last: Float32Array, labelCount: number): void {
  const { plan } = rows;
  for (const slab of plan.firstLabels.keys()) {
    gpu.write(rows.unary[slab], toRows(relativeToLast(energies, labelCount, plan), labelCount, plan, slab, 1e38));
    gpu.write(rows.q[slab], toRows(q, labelCount, plan, slab));
  }
  if (plan.implicitLast) gpu.write(rows.lastUnary, Float32Array.from({ length: 2 * pixelCount }, (_v, i) => last[i >> 1]));
}

async function read(buffers: readonly GPUBuffer[], plan: RowPlan): Promise<Float32Array[]> {
  return Promise.all(buffers.map((buffer) => gpu.floats(buffer, pixelCount * plan.rowChannels)));
}

/** Energies of all labels less the first's, [pixelCount, labelCount]: what rows of any layout agree on. */
function comparable(stored: Float32Array, plan: RowPlan, labelCount: number): Float32Array {
  return Float32Array.from({ length: pixelCount * labelCount }, (_energy, i) => {
    const [pixel, label] = [Math.floor(i / labelCount), i % labelCount];
    const energy = label < plan.storedLabels ? stored[pixel * plan.storedLabels + label] : 0;
    return energy - stored[pixel * plan.storedLabels];
  });
}

const pairs = Object.keys(layouts).flatMap((from) => Object.keys(layouts).map((to) => [from, to] as const));

describe.each([5, 21])('%i labels', (labelCount) => {
  test.each(pairs.filter(([from, to]) => from !== to))('from %s to %s', async (from, to) => {
    const energies = randomFloats(pixelCount * labelCount, 1, 9);
    const q = randomMarginals(pixelCount, labelCount, 4);
    const last = energies.filter((_energy, i) => i % labelCount === labelCount - 1);
    const [before, after] = [rowsOf(labelCount, layouts[from]), rowsOf(labelCount, layouts[to])];
    fill(before, energies, q, last, labelCount);
    await repackRows(before, after, { hasUnary: true, hasStarted: true });
    const { plan } = after;
    const [unary, marginals] = [await read(after.unary, plan), await read(after.q, plan)];
    const expected = { unary: comparable(energies, { ...plan, storedLabels: labelCount }, labelCount), q };
    expect(comparable(fromRows(unary, plan), plan, labelCount)).toBeAllClose(expected.unary, { tolerance: 4e-6 });
    const stored = Array.from(q).filter((_value, i) => i % labelCount < plan.storedLabels);
    expect(fromRows(marginals, plan)).toBeAllClose(Float32Array.from(stored), { tolerance: 1e-6 });
    for (const [slab, first] of plan.firstLabels.entries()) {
      const isPadding = (_value: number, i: number) => first + (i % plan.rowChannels) >= plan.storedLabels;
      expect(unary[slab].filter(isPadding).every((energy) => energy === Math.fround(1e38))).toBe(true);
      expect(marginals[slab].filter(isPadding).every((value) => value === 0)).toBe(true);
    }
    if (plan.implicitLast) {
      const pair = await gpu.floats(after.lastUnary, 2 * pixelCount);
      expect(pair).toBeAllClose(Float32Array.from({ length: pair.length }, (_v, i) => last[i >> 1]), { tolerance: 2e-6 });
    }
    for (const rows of [before, after]) rows.destroy();
  });
});

test('a last label that is far above the others stays far above them, and these stay apart', async () => {
  const labelCount = 5;
  const energies = Float32Array.from({ length: pixelCount * labelCount }, (_energy, i) =>
    i % labelCount === labelCount - 1 ? 1e9 : (i % labelCount) / 4,
  );
  const last = energies.filter((_energy, i) => i % labelCount === labelCount - 1);
  const q = randomMarginals(pixelCount, labelCount, 4);
  const [full, reduced, again] = ['slabs', 'the last label left out', 'one block'].map((name) =>
    rowsOf(labelCount, layouts[name]),
  );
  fill(full, energies, q, last, labelCount);
  await repackRows(full, reduced, { hasUnary: true, hasStarted: false });
  await repackRows(reduced, again, { hasUnary: true, hasStarted: false });
  for (const rows of [reduced, again]) {
    const unary = fromRows(await read(rows.unary, rows.plan), rows.plan);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const row = unary.subarray(pixel * rows.plan.storedLabels, (pixel + 1) * rows.plan.storedLabels);
      for (const label of [1, 2, 3]) expect(row[label] - row[0]).toBeCloseTo(label / 4, 3);
      expect((row[4] ?? 0) - row[0]).toBeGreaterThan(16000);
    }
  }
  for (const rows of [full, reduced, again]) rows.destroy();
});
