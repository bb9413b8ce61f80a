// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Filled, planRepack, repackSteps } from '../../../src/engine/lists/repack.js';
import type { BufferPlan } from '../../../src/engine/plan/buffer-plan.js';
import type { EnginePlan } from '../../../src/engine/plan/plan.js';
import type { RowPlan } from '../../../src/engine/plan/row-plan.js';
import { Planned, planFor } from '../../support/planned.js';
import { pottsKernel, vectorKernel } from '../../support/problems.js';
import { randomFloats, randomMarginals } from '../../support/random.js';
import { fromRows, relativeToLast, toRows } from '../../support/row-layout.js';
import { StageDevice, tinyTunings } from '../../support/stage-device.js';

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

function planOf(labelCount: number, { potts, channels, tuning }: Layout): EnginePlan {
  const size = { width: pixelCount, height: 1, labelCount };
  const kernel = potts ? pottsKernel(size) : vectorKernel(size);
  return planFor({ size, kernels: [kernel], tuning, largestBinding: pixelCount * 4 * channels, vertexCapacity: 1 });
}

/** The rows of several plans on one device. */
class PackedRows {
  private readonly planned: Planned;

  constructor(private readonly plans: readonly EnginePlan[]) {
    const uniforms = plans.slice(1).map((after, index) => planRepack(plans[index], after));
    this.uniforms = uniforms;
    const others = plans.slice(1).flatMap(({ pixels }) => pixels.buffers);
    this.planned = new Planned(gpu, plans[0], [...others, ...uniforms.flatMap(({ buffers }) => buffers)]);
  }

  private readonly uniforms: readonly ReturnType<typeof planRepack>[];

  fill(energies: Float32Array, q: Float32Array, last: Float32Array): void {
    const { rows: plan, pixels, size } = this.plans[0];
    const { labelCount } = size;
    for (const slab of plan.firstLabels.keys()) {
      const relative = relativeToLast(energies, labelCount, plan);
      this.planned.write(pixels.unary[slab], toRows(relative, labelCount, plan, slab, 1e38));
      this.planned.write(pixels.q[slab], toRows(q, labelCount, plan, slab));
    }
    if (plan.implicitLast) {
      this.planned.write(
        pixels.lastUnary,
        Float32Array.from({ length: 2 * pixelCount }, (_v, i) => last[i >> 1]),
      );
    }
  }

  /** From each plan to the next. */
  async repack(filled: Filled): Promise<void> {
    for (const [index, uniforms] of this.uniforms.entries()) {
      await this.planned.run(repackSteps(this.plans[index], this.plans[index + 1], uniforms, filled));
    }
  }

  read(buffers: readonly BufferPlan[], plan: RowPlan): Promise<Float32Array[]> {
    return Promise.all(buffers.map((buffer) => this.planned.floats(buffer, pixelCount * plan.rowChannels)));
  }

  floats(buffer: BufferPlan, count: number): Promise<Float32Array> {
    return this.planned.floats(buffer, count);
  }

  destroy(): void {
    this.planned.destroy();
  }
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
    const plans = [planOf(labelCount, layouts[from]), planOf(labelCount, layouts[to])];
    const packed = new PackedRows(plans);
    packed.fill(energies, q, last);
    await packed.repack({ hasUnary: true, hasStarted: true });
    const { rows: plan, pixels } = plans[1];
    const [unary, marginals] = [await packed.read(pixels.unary, plan), await packed.read(pixels.q, plan)];
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
      const pair = await packed.floats(pixels.lastUnary, 2 * pixelCount);
      expect(pair).toBeAllClose(
        Float32Array.from({ length: pair.length }, (_v, i) => last[i >> 1]),
        { tolerance: 2e-6 },
      );
    }
    packed.destroy();
  });
});

test('a last label that is far above the others stays far above them, and these stay apart', async () => {
  const labelCount = 5;
  const energies = Float32Array.from({ length: pixelCount * labelCount }, (_energy, i) =>
    i % labelCount === labelCount - 1 ? 1e9 : (i % labelCount) / 4,
  );
  const last = energies.filter((_energy, i) => i % labelCount === labelCount - 1);
  const q = randomMarginals(pixelCount, labelCount, 4);
  const plans = ['slabs', 'the last label left out', 'one block'].map((name) => planOf(labelCount, layouts[name]));
  const packed = new PackedRows(plans);
  packed.fill(energies, q, last);
  await packed.repack({ hasUnary: true, hasStarted: false });
  for (const { rows: plan, pixels } of plans.slice(1)) {
    const unary = fromRows(await packed.read(pixels.unary, plan), plan);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const row = unary.subarray(pixel * plan.storedLabels, (pixel + 1) * plan.storedLabels);
      for (const label of [1, 2, 3]) expect(row[label] - row[0]).toBeCloseTo(label / 4, 3);
      expect((row[4] ?? 0) - row[0]).toBeGreaterThan(16000);
    }
  }
  packed.destroy();
});
