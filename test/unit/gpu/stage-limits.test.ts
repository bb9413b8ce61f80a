// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { type BindingUse, foldedGrid, type StageDefinition } from '../../../src/gpu/program.js';
import type { RenderStage } from '../../../src/gpu/render-program.js';
import { assembleShader } from '../../../src/gpu/shader.js';
import { sharedShaders } from '../../../src/gpu/shared-shaders.js';

const modules = import.meta.glob<Record<string, unknown>>('../../../src/stages/**/*.ts', { eager: true });

function isStage(value: unknown): value is StageDefinition {
  return typeof value === 'object' && value !== null && 'source' in value && 'layout' in value;
}

const stages = Object.values(modules).flatMap((module) => Object.values(module).filter(isStage));
const isDrawn = ({ source }: StageDefinition) => source.includes('@fragment');

/** What one binding counts as, of what a device must offer to a shader stage at least. */
const counts: Readonly<Record<BindingUse, Readonly<Record<string, number>>>> = {
  uniform: { uniforms: 1 },
  read: { storageBuffers: 1 },
  write: { storageBuffers: 1 },
  texture: { textures: 1 },
  'external-texture': { textures: 4, samplers: 1, uniforms: 1 },
  sampler: { samplers: 1 },
  'rgba8-target': { storageTextures: 1 },
};

function countOf(uses: readonly BindingUse[]): Record<string, number> {
  const sums: Record<string, number> = {
    uniforms: 0,
    storageBuffers: 0,
    textures: 0,
    samplers: 0,
    storageTextures: 0,
  };
  for (const use of uses) for (const [kind, count] of Object.entries(counts[use])) sums[kind] += count;
  return sums;
}

function expectWithin(name: string, uses: readonly BindingUse[], most: Readonly<Record<string, number>>): void {
  for (const [kind, count] of Object.entries(countOf(uses))) {
    expect(count, `${name}: ${kind}`).toBeLessThanOrEqual(most[kind]);
  }
}

// WebGPU's defaults, which every device offers.
const everywhere = { uniforms: 12, storageBuffers: 8, textures: 16, samplers: 16, storageTextures: 4 };

test('all stages are looked at', () => {
  expect(stages.length).toBeGreaterThanOrEqual(Object.keys(modules).length);
  expect(stages.filter(isDrawn).map(({ name }) => name)).toEqual(['pipeline/draw']);
});

describe.each(stages.map((stage) => [stage.name, stage] as const))('%s', (name, stage) => {
  test('binds no more than every device offers', () => {
    if (!isDrawn(stage)) {
      expectWithin(name, Object.values(stage.layout), everywhere);
      return;
    }
    // Older GPUs offer a fragment stage four storage buffers, some none at all.
    const { layout, entries = { all: Object.keys(layout) } }: RenderStage = stage;
    for (const [entry, names] of Object.entries(entries)) {
      const uses = names.map((one) => layout[one]);
      expectWithin(`${name}.${entry}`, uses, { ...everywhere, storageBuffers: 4 });
    }
  });

  test('does not read num_workgroups: not every device gives it to indirect dispatches', () => {
    expect(stage.source).not.toMatch(/num_workgroups/);
  });

  test('has no workgroup of more than 256 invocations and shares no memory that a device may lack', () => {
    for (const [, size] of stage.source.matchAll(/@workgroup_size\(([^)]*)\)/g)) {
      expect(['1', 'workgroupSize']).toContain(size);
    }
    // These take what fits (plan/variants.ts).
    expect(/var<workgroup>/.test(stage.source)).toBe(['splat-tile', 'slice-lanes'].includes(name));
  });
});

test('every fragment entry point says what it binds', () => {
  for (const stage of stages.filter(isDrawn) as RenderStage[]) {
    const entries = [...stage.source.matchAll(/@fragment\s+fn (\w+)/g)].map(([, name]) => name);
    expect(Object.keys(stage.entries ?? {}).sort()).toEqual(entries.sort());
  }
});

describe('a folded dispatch', () => {
  const gridSource = sharedShaders.grid;
  const width = Number(/gridWidth = (\d+)u/.exec(gridSource)?.[1]);
  const indexOf = (x: number, y: number) => y * width + x;

  test.each([0, 1, 2, 4095, 4096, 65535, 65536, 65537, 1e6, 2 ** 28 - 4096])(
    'of %d workgroups has each of them once',
    (count) => {
      const [x, y, z] = foldedGrid(count);
      expect(z).toBe(1);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
      // Rows follow one another without a gap or an overlap, and the last index is past the end.
      if (y > 1) expect(indexOf(x - 1, 0) + 1).toBe(indexOf(0, 1));
      expect(indexOf(x - 1, y - 1)).toBeGreaterThanOrEqual(count - 1);
      // What is too much ends at its first line.
      expect(x * y).toBeLessThanOrEqual(Math.max(1, 1.07 * count));
    },
  );

  test('is unfolded by the numbers that fold it', () => {
    expect(foldedGrid(65536)[0]).toBe(width);
    expect(gridSource).toMatch(/maxWorkgroups = 65535u/);
    expect(assembleShader('// @import invocation', { workgroupSize: 64 })).toContain('gridWidth + workgroup.x');
  });
});
