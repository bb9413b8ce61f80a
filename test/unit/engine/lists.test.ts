// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import type { Binding, Step } from '../../../src/engine/lists/dispatch.js';
import { build, iteration, iterations } from '../../../src/engine/lists/iteration.js';
import { dispatchesOf } from '../../../src/engine/lists/summary.js';
import type { BufferPlan } from '../../../src/engine/plan/buffer-plan.js';
import { everyList, kernelSets, planOf } from '../../support/engine-plans.js';
import { allVariants, variantName } from '../../support/variants.js';

const shapes = allVariants.map((variants) => ({
  name: `usual, ${variantName(variants)}`,
  plan: () => planOf(kernelSets.usual, { variants }),
}));

const problems = Object.entries(kernelSets).flatMap(([name, kernels]) => [
  { name, plan: () => planOf(kernels) },
  { name: `${name}, damped`, plan: () => planOf(kernels, { damping: 0.5 }) },
  { name: `${name}, 30 labels`, plan: () => planOf(kernels, { labelCount: 30 }) },
  { name: `${name}, slabs`, plan: () => planOf(kernels, { labelCount: 30, largestBinding: 60 * 40 * 6 * 4 * 12 }) },
]);

function bytesOf({ parts }: ReturnType<typeof planOf>): number {
  return parts.flatMap(({ buffers }) => buffers).reduce((sum, { bytes }) => sum + bytes, 0);
}

function bufferOf(binding: Binding): BufferPlan {
  return 'buffer' in binding ? binding.buffer : binding;
}

test('an iteration of the usual kernels, from top to bottom', () => {
  const names = dispatchesOf(iteration(planOf(kernelSets.usual))).map(({ stage }) => stage.name);
  expect(names).toEqual(['splat', ...Array(3).fill('blur'), 'splat', ...Array(6).fill('blur'), 'slice', 'slice']);
});

test('iterations in a row of two labels: the last slice splats for the next', () => {
  const { opening, between, last } = iterations(planOf(kernelSets.usual, { labelCount: 2 }));
  const names = (steps: readonly Step[]) => dispatchesOf(steps).map(({ stage }) => stage.name);
  const inside = [...Array(6).fill('blur'), 'splat', ...Array(3).fill('blur'), 'slice'];
  expect(names(opening)).toEqual(['splat']);
  expect(names(between)).toEqual([...inside, 'slice-splat']);
  expect(names(last)).toEqual([...inside, 'slice']);
});

test('shapes change shaders and workgroups, and neither dispatches nor buffers', () => {
  const plain = planOf(kernelSets.usual);
  for (const variants of allVariants) {
    const plan = planOf(kernelSets.usual, { variants });
    expect(plan.kernels.map((kernel) => kernel.method === 'lattice' && kernel.variants)).toEqual([variants, variants]);
    expect(dispatchesOf(everyList(plan))).toHaveLength(dispatchesOf(everyList(plain)).length);
    expect(bytesOf(plan)).toBe(bytesOf(plain));
  }
});

test('what a problem or a device can’t take becomes the nearest shape', () => {
  const wanted = { splat: 'tile', blur: 'lanes', slice: 'lanes' } as const;
  const [small, large] = [2, 400].map((labelCount) => planOf(kernelSets.usual, { labelCount, variants: wanted }));
  const shapeOf = ({ kernels: [, kernel] }: typeof small) => kernel.method === 'lattice' && kernel.variants;
  // Two labels are one lane.
  expect(shapeOf(small)).toEqual({ splat: 'tile', blur: 'blocks', slice: 'runs' });
  // Rows longer than a workgroup don't fit a tile.
  expect(shapeOf(large)).toEqual({ splat: 'lanes', blur: 'lanes', slice: 'lanes' });
  const without = planOf(kernelSets.usual, {
    variants: { ...wanted, splat: 'subgroup' },
    tuning: { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6 },
  });
  expect(shapeOf(without)).toEqual({ splat: 'lanes', blur: 'lanes', slice: 'lanes' });
});

test('a lattice, from top to bottom', () => {
  const plan = planOf(kernelSets.usual);
  const names = dispatchesOf(build(plan, plan.kernels[1])).map(({ stage, entry }) => `${stage.name} ${entry}`);
  expect(names).toEqual([
    'embed main',
    'simplices main',
    'dispatch-sizes main',
    'runs count',
    'runs offsets',
    'runs place',
    'runs scatter',
    'vertices main',
    'vertex-ids main',
    'dispatch-sizes main',
    'neighbours main',
  ]);
});

test('messages that reach all slabs come first, begin from -unary once a slab, and Q is last', () => {
  const plan = planOf(kernelSets.penalties, { labelCount: 30, largestBinding: 60 * 40 * 6 * 4 * 12 });
  expect(plan.rows.slabCount).toBeGreaterThan(1);
  const steps = dispatchesOf(iteration(plan));
  const begun = steps.filter(({ constants }) => constants.firstKernel === true).map(({ bindings }) => bindings.logits);
  expect(begun).toEqual([...plan.logits]);
  for (const logits of plan.logits) {
    const touching = steps.filter(({ bindings }) => bindings.logits === logits);
    expect(touching[0].constants.firstKernel).toBe(true);
    expect(touching.at(-1)?.stage.name).toBe('softmax');
  }
});

describe.each([...problems, ...shapes])('$name', ({ plan: make }) => {
  const plan = make();
  const dispatches = dispatchesOf(everyList(plan));

  test('no dispatch writes a buffer that it binds a second time: WebGPU refuses that', () => {
    for (const dispatch of dispatches) {
      const names = Object.keys(dispatch.bindings);
      for (const name of names.filter((one) => dispatch.stage.layout[one] === 'write')) {
        const others = names.filter((other) => other !== name).map((other) => bufferOf(dispatch.bindings[other]));
        expect(others, `${dispatch.stage.name}.${name}`).not.toContain(bufferOf(dispatch.bindings[name]));
      }
    }
  });

  test('four unused bindings to write are the most', () => {
    for (const { stage, bindings } of dispatches) {
      const unused = Object.entries(stage.layout).filter(([name, use]) => use === 'write' && !bindings[name]);
      expect(unused.length).toBeLessThanOrEqual(4);
    }
  });

  test('every buffer of the plan is used', () => {
    const used = new Set(
      dispatches.flatMap((dispatch) => [
        ...Object.values(dispatch.bindings).map(bufferOf),
        ...('sizes' in dispatch.workgroups ? [dispatch.workgroups.sizes] : []),
      ]),
    );
    const buffers = plan.parts.flatMap((part) => part.buffers);
    // Who has no lattice needs no rows by vertex; two buffers of four bytes are not worth a case of their own.
    const idle = buffers.filter((buffer) => !used.has(buffer) && buffer.bytes > 8).map(({ name }) => name);
    expect(idle).toEqual([]);
  });

  test('workgroups fit a dispatch', () => {
    for (const { workgroups } of dispatches) {
      if ('sizes' in workgroups) continue;
      for (const count of workgroups) {
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(65535);
      }
    }
  });
});
