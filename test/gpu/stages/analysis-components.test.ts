// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { componentRoots } from '../../../src/analysis/cpu/components.js';
import { idsOfRoots } from '../../../src/analysis/cpu/ids.js';
import { exclusiveSums } from '../../../src/analysis/cpu/scan.js';
import { componentSizes, fillSmall, keepLarge } from '../../../src/analysis/cpu/sizes.js';
import { components } from '../../../src/stages/analysis/components.js';
import { ids } from '../../../src/stages/analysis/ids.js';
import { scan } from '../../../src/stages/analysis/scan.js';
import { sizes } from '../../../src/stages/analysis/sizes.js';
import { guarded, runAnalysis, tinyStrips, tinyWork, unguarded } from '../../support/analysis-stages.js';
import { drawnMasks, randomValues, spiral } from '../../support/masks.js';
import { randomNumbers } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

async function rootsOnGpu(
  { data, width, height }: { data: Uint32Array; width: number; height: number },
  connectivity: 4 | 8,
  kind: 'values' | 'holes',
) {
  const size = { width, height };
  const roots = guarded(gpu, size);
  const bindings = { values: gpu.storage(data), roots, links: gpu.filled(data.length + 1, 7) };
  for (const entry of ['start', 'unite', 'flatten']) {
    const constants = { connectivity, ofHoles: kind === 'holes' };
    await runAnalysis(gpu, components, size, { constants, bindings, entry });
  }
  return unguarded(gpu, roots, data.length);
}

describe.each([...drawnMasks, randomValues(15, 12, 4, 9), spiral(40)])('$name', (drawn) => {
  test.each([4, 8] as const)('components and holes, connectivity %i', async (connectivity) => {
    for (const kind of ['values', 'holes'] as const) {
      expect(await rootsOnGpu(drawn, connectivity, kind)).toEqual(
        componentRoots(drawn.data, drawn, connectivity, kind),
      );
    }
  });

  test('sizes, and what is kept and filled', async () => {
    const { data, width, height } = drawn;
    const size = { width, height };
    for (const [entry, kind, expected] of [
      ['keep', 'values', keepLarge],
      ['fill', 'holes', fillSmall],
    ] as const) {
      const roots = componentRoots(data, size, 4, kind);
      const result = guarded(gpu, size);
      const counted = gpu.zeros(data.length + 1);
      const bindings = {
        settings: gpu.uniform(3),
        values: gpu.storage(data),
        roots: gpu.storage(roots),
        result,
        sizes: counted,
      };
      await runAnalysis(gpu, sizes, size, { bindings, entry: 'count', items: tinyStrips(width, height) });
      expect(await gpu.words(counted, data.length + 1)).toEqual(componentSizes(roots));
      await runAnalysis(gpu, sizes, size, { bindings, entry });
      expect(await unguarded(gpu, result, data.length)).toEqual(expected(data, roots, 3));
    }
  });

  test('ids', async () => {
    const { data, width, height } = drawn;
    const size = { width, height };
    const roots = componentRoots(data, size, 8, 'values');
    const flags = guarded(gpu, size);
    const result = guarded(gpu, size);
    const bindings = { roots: gpu.storage(roots), ids: result, flags };
    await runAnalysis(gpu, ids, size, { bindings, entry: 'flag' });
    const firsts = await unguarded(gpu, flags, data.length);
    expect(firsts).toEqual(roots.map((root, pixel) => Number(root === pixel + 1)));
    gpu.write(flags, exclusiveSums(firsts).sums);
    await runAnalysis(gpu, ids, size, { bindings });
    expect(await unguarded(gpu, result, data.length)).toEqual(idsOfRoots(roots));
  });
});

test.each([1, 2, 3, 4, 9, 10, 28])('sums of %i items, level by level', async (itemCount) => {
  const random = randomNumbers(itemCount);
  const values = Uint32Array.from({ length: itemCount }, () => 1000 * random());
  const { blockLength } = tinyWork;
  const levels = [{ buffer: gpu.storage(values), count: itemCount }];
  const run = (entry: string, index: number) => {
    const { buffer, count } = levels[index];
    const blocks = Math.ceil(count / blockLength);
    levels[index + 1] ??= { buffer: gpu.zeros(blocks), count: blocks };
    const bindings = { settings: gpu.uniform(count), items: buffer, totals: levels[index + 1].buffer };
    return gpu.run(scan, { constants: tinyWork, bindings, items: blocks, entry });
  };
  let top = 0;
  for (; ; top++) {
    await run('sum', top);
    if (levels[top + 1].count === 1) break;
  }
  for (let index = top; index >= 0; index--) await run('spread', index);
  const { sums, total } = exclusiveSums(values);
  expect(await gpu.words(levels[0].buffer, itemCount)).toEqual(sums);
  expect((await gpu.words(levels[top + 1].buffer, 1))[0]).toBe(total);
});
