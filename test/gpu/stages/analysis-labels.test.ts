// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areas as areasOnCpu } from '../../../src/analysis/cpu/areas.js';
import { componentRoots } from '../../../src/analysis/cpu/components.js';
import { fuse as fuseOnCpu } from '../../../src/analysis/cpu/fuse.js';
import { largest as largestOnCpu } from '../../../src/analysis/cpu/largest.js';
import { outline as outlineOnCpu } from '../../../src/analysis/cpu/outline.js';
import { probability as probabilityOnCpu } from '../../../src/analysis/cpu/probability.js';
import { relabel as relabelOnCpu } from '../../../src/analysis/cpu/relabel.js';
import { componentSizes } from '../../../src/analysis/cpu/sizes.js';
import { areas } from '../../../src/stages/analysis/areas.js';
import { fuse } from '../../../src/stages/analysis/fuse.js';
import { largest } from '../../../src/stages/analysis/largest.js';
import { outline } from '../../../src/stages/analysis/outline.js';
import { probability } from '../../../src/stages/analysis/probability.js';
import { relabel } from '../../../src/stages/analysis/relabel.js';
import { guarded, runAnalysis, tinyStrips, unguarded } from '../../support/analysis-stages.js';
import { drawnMasks, randomValues } from '../../support/masks.js';
import { randomFloats } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const labelCount = 3;

// Of five values three are labels.
describe.each([...drawnMasks, randomValues(15, 12, 5, 9)])('$name', ({ data, width, height }) => {
  const size = { width, height };
  const pixelCount = width * height;

  test('relabelling', async () => {
    const table = Uint32Array.of(7, 0, 2);
    for (const others of ['keep', 'zero'] as const) {
      const relabelled = guarded(gpu, size);
      await runAnalysis(gpu, relabel, size, {
        constants: { labelCount, keepsOthers: others === 'keep' },
        bindings: { labels: gpu.storage(data), table: gpu.storage(table), relabelled },
      });
      expect(await unguarded(gpu, relabelled, pixelCount)).toEqual(relabelOnCpu(data, table, others));
    }
  });

  test('areas and boxes', async () => {
    const table = gpu.zeros((labelCount + 1) * 5);
    await runAnalysis(gpu, areas, size, {
      bindings: { settings: gpu.uniform(labelCount), labels: gpu.storage(data), table },
      items: tinyStrips(width, height),
    });
    expect(await gpu.words(table, (labelCount + 1) * 5)).toEqual(areasOnCpu(data, labelCount, size));
  });

  test('largest value', async () => {
    const result = gpu.zeros(1);
    const bindings = { values: gpu.storage(data), result };
    await runAnalysis(gpu, largest, size, { bindings, items: tinyStrips(pixelCount, 1) });
    expect((await gpu.words(result, 1))[0]).toBe(largestOnCpu(data));
  });

  test.each([4, 8] as const)('outlines, connectivity %i', async (connectivity) => {
    for (const alongFrame of [false, true]) {
      const result = guarded(gpu, size);
      await runAnalysis(gpu, outline, size, {
        constants: { connectivity, alongFrame },
        bindings: { values: gpu.storage(data), outline: result },
      });
      expect(await unguarded(gpu, result, pixelCount)).toEqual(outlineOnCpu(data, size, connectivity, alongFrame));
    }
  });

  test('fusion', async () => {
    const before = randomValues(width, height, 5, 4).data;
    const roles = Uint32Array.of(1, 2, 0);
    const roots = componentRoots(
      data.map((label) => Number(label !== 0)),
      size,
      4,
      'holes',
    );
    for (const [where, limit] of [
      ['holes', 0xffffffff],
      ['holes', 1],
      ['everywhere', 0],
    ] as const) {
      const fused = guarded(gpu, size);
      await runAnalysis(gpu, fuse, size, {
        constants: { labelCount, everywhere: where === 'everywhere' },
        bindings: {
          settings: gpu.uniform(limit),
          before: gpu.storage(before),
          after: gpu.storage(data),
          roles: gpu.storage(roles),
          roots: gpu.storage(roots),
          sizes: gpu.storage(componentSizes(roots)),
          fused,
        },
      });
      expect(await unguarded(gpu, fused, pixelCount)).toEqual(fuseOnCpu(before, data, roles, size, where, limit));
    }
  });
});

test('probability of several labels', async () => {
  const size = { width: 5, height: 7 };
  const marginals = randomFloats(labelCount * 35, 2);
  const wanted = Uint32Array.of(1, 0, 1);
  const result = guarded(gpu, size);
  await runAnalysis(gpu, probability, size, {
    constants: { labelCount },
    bindings: { marginals: gpu.storage(marginals), wanted: gpu.storage(wanted), probability: result },
  });
  const words = await unguarded(gpu, result, 35);
  expect(new Float32Array(words.buffer)).toBeAllClose(probabilityOnCpu(marginals, wanted), { tolerance: 1e-7 });
});
