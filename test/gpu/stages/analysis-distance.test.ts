// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { squaredDistance } from '../../../src/analysis/cpu/distance.js';
import { lineDistance as lineDistanceOnCpu, noDistance } from '../../../src/analysis/cpu/line-distance.js';
import { reliefAround, reliefOf } from '../../../src/analysis/cpu/relief.js';
import { threshold as thresholdOnCpu } from '../../../src/analysis/cpu/threshold.js';
import { trimap as trimapOnCpu } from '../../../src/analysis/cpu/trimap.js';
import { distance } from '../../../src/stages/analysis/distance.js';
import { lineDistance } from '../../../src/stages/analysis/line-distance.js';
import { relief } from '../../../src/stages/analysis/relief.js';
import { threshold } from '../../../src/stages/analysis/threshold.js';
import { trimap } from '../../../src/stages/analysis/trimap.js';
import { guarded, runAnalysis, unguarded } from '../../support/analysis-stages.js';
import { drawnMasks, randomMask } from '../../support/masks.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

describe.each(drawnMasks)('$name', ({ data, width, height }) => {
  const size = { width, height };
  const pixelCount = width * height;

  test.each(['columns', 'rows'] as const)('distances along %s', async (along) => {
    for (const sites of ['zero', 'non-zero'] as const) {
      const distances = guarded(gpu, size);
      await runAnalysis(gpu, lineDistance, size, {
        constants: { alongColumns: along === 'columns', sitesAreZero: sites === 'zero' },
        bindings: { values: gpu.storage(data), distances },
        items: along === 'columns' ? width : height,
      });
      expect(await unguarded(gpu, distances, pixelCount)).toEqual(lineDistanceOnCpu(data, size, along, sites));
    }
  });

  test('squared distances', async () => {
    const squared = guarded(gpu, size);
    await runAnalysis(gpu, distance, size, {
      bindings: {
        columns: gpu.storage(lineDistanceOnCpu(data, size, 'columns', 'zero')),
        squared,
        envelope: gpu.zeros(2 * pixelCount),
      },
      items: height,
    });
    expect(await unguarded(gpu, squared, pixelCount)).toEqual(squaredDistance(data, size, 'zero'));
  });

  test('thresholds', async () => {
    const values = squaredDistance(data, size, 'zero');
    for (const side of ['within', 'beyond'] as const) {
      const mask = guarded(gpu, size);
      await runAnalysis(gpu, threshold, size, {
        constants: { within: side === 'within' },
        bindings: { settings: gpu.uniform(2), values: gpu.storage(values), mask },
      });
      expect(await unguarded(gpu, mask, pixelCount)).toEqual(thresholdOnCpu(values, 2, side));
    }
  });

  test('trimap', async () => {
    const toOutside = squaredDistance(data, size, 'zero');
    const toInside = squaredDistance(data, size, 'non-zero');
    const result = guarded(gpu, size);
    await runAnalysis(gpu, trimap, size, {
      bindings: {
        settings: gpu.uniform(1, 2),
        toOutside: gpu.storage(toOutside),
        toInside: gpu.storage(toInside),
        trimap: result,
      },
    });
    expect(await unguarded(gpu, result, pixelCount)).toEqual(trimapOnCpu(toOutside, toInside, { inner: 1, outer: 2 }));
  });
});

test('the relief around a core', async () => {
  const core = drawnMasks[0];
  const mask = randomMask(core.width, core.height, 0.8, 3);
  for (const data of [core.data, new Uint32Array(core.data.length), new Uint32Array(core.data.length).fill(1)]) {
    const [inward, outward] = [squaredDistance(data, core, 'zero'), squaredDistance(data, core, 'non-zero')];
    const result = guarded(gpu, core);
    await runAnalysis(gpu, relief, core, {
      entry: 'around',
      bindings: {
        squared: gpu.storage(inward),
        outward: gpu.storage(outward),
        mask: gpu.storage(mask.data),
        relief: result,
      },
    });
    expect(await unguarded(gpu, result, data.length)).toEqual(reliefAround(inward, outward, mask.data));
  }
});

test('the relief of any squared distance is exact', async () => {
  const roots = [1, 2, 127, 128, 4096, 23170, 32767];
  const squared = Uint32Array.from([
    0,
    3,
    2 ** 31 - 1,
    noDistance,
    ...roots.flatMap((r) => [r * r - 1, r * r, r * r + 1]),
  ]);
  const size = { width: squared.length, height: 1 };
  const result = guarded(gpu, size);
  await runAnalysis(gpu, relief, size, { bindings: { squared: gpu.storage(squared), relief: result } });
  expect(await unguarded(gpu, result, squared.length)).toEqual(reliefOf(squared));
});

test('distances across the largest image there may be fit', async () => {
  // One row of which the far ends are sites, g being as large as a column allows.
  const width = 32767;
  const columns = new Uint32Array(width).fill(noDistance);
  columns[0] = 32766;
  columns[width - 1] = 32766;
  const size = { width, height: 1 };
  const squared = guarded(gpu, size);
  await runAnalysis(gpu, distance, size, {
    bindings: { columns: gpu.storage(columns), squared, envelope: gpu.zeros(2 * width) },
    items: 1,
  });
  const expected = columns.map((_g, x) => Math.min(x, width - 1 - x) ** 2 + 32766 ** 2);
  expect(await unguarded(gpu, squared, width)).toEqual(expected);
});
