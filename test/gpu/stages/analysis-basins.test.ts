// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basins as basinsOnCpu } from '../../../src/analysis/cpu/basins.js';
import { squaredDistance } from '../../../src/analysis/cpu/distance.js';
import { peakRoots } from '../../../src/analysis/cpu/peaks.js';
import { reliefOf } from '../../../src/analysis/cpu/relief.js';
import { restrict as restrictOnCpu } from '../../../src/analysis/cpu/restrict.js';
import { basins } from '../../../src/stages/analysis/basins.js';
import { peaks } from '../../../src/stages/analysis/peaks.js';
import { restrict } from '../../../src/stages/analysis/restrict.js';
import { rounds } from '../../../src/stages/analysis/rounds.js';
import { guarded, runAnalysis, tinyWork, unguarded } from '../../support/analysis-stages.js';
import { drawnMasks, randomMask, randomValues } from '../../support/masks.js';
import { randomNumbers } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

interface Given {
  relief: Uint32Array;
  seeds: Uint32Array;
  nearness: Uint32Array;
  width: number;
  height: number;
}

/** Rounds until one joins nothing. Gives the buffers and how many rounds joined something. */
async function flood({ relief, seeds, nearness, width, height }: Given, connectivity: 4 | 8, rise: number) {
  const size = { width, height };
  const progress = gpu.zeros(1);
  const codes = guarded(gpu, size);
  const bindings = {
    settings: gpu.uniform(rise),
    relief: gpu.storage(relief),
    nearness: gpu.storage(nearness),
    seeds: gpu.storage(seeds),
    codes,
    basins: guarded(gpu, size, 4),
    links: guarded(gpu, size),
    progress,
  };
  const run = (entry: string) => runAnalysis(gpu, basins, size, { constants: { connectivity }, bindings, entry });
  await run('climb');
  await run('follow');
  for (let count = 0; ; count++) {
    gpu.write(progress, Uint32Array.of(0));
    for (const entry of ['strongest', 'nearest', 'first', 'join', 'follow']) await run(entry);
    if ((await gpu.words(progress, 1))[0] === 0) return { ...bindings, run, count };
  }
}

const reliefs = [...[0, 1, 3, 4, 5, 6, 9, 10, 11, 13].map((index) => drawnMasks[index])].map(
  ({ name, data, width, height }) => ({
    name,
    width,
    height,
    relief: reliefOf(squaredDistance(data, { width, height }, 'zero')),
  }),
);
const plateaus = [3, 12].map((levels) => {
  const { name, width, height, data } = randomValues(11, 9, levels, levels);
  return { name, width, height, relief: data };
});

describe.each([...reliefs, ...plateaus])('relief of $name', ({ relief, width, height }) => {
  const size = { width, height };
  const pixelCount = width * height;

  test.each([4, 8] as const)('basins of seeds, connectivity %i', async (connectivity) => {
    const random = randomNumbers(7);
    // Ids of several pixels, and one that can't be.
    const seeds = relief.map(() => (random() < 0.08 ? 1 + Math.floor(random() * (pixelCount + 1)) : 0));
    const nearness = squaredDistance(seeds, size, 'non-zero');
    const flooded = await flood({ relief, seeds, nearness, width, height }, connectivity, 0xffffffff);
    await flooded.run('finish');
    const expected = basinsOnCpu(relief, seeds, nearness, size, connectivity);
    expect(await unguarded(gpu, flooded.codes, pixelCount)).toEqual(expected);
    expect(flooded.count).toBeLessThanOrEqual(Math.ceil(Math.log2(Math.max(2, pixelCount))));
  });

  test.each([4, 8] as const)('peaks, connectivity %i', async (connectivity) => {
    const none = new Uint32Array(pixelCount);
    for (const rise of [1, 100]) {
      const flooded = await flood({ relief, seeds: none, nearness: none, width, height }, connectivity, rise);
      const roots = guarded(gpu, size);
      const bindings = { relief: flooded.relief, codes: flooded.codes, basins: flooded.basins, roots };
      for (const entry of ['find', 'mark']) await runAnalysis(gpu, peaks, size, { bindings, entry });
      expect(await unguarded(gpu, roots, pixelCount)).toEqual(peakRoots(relief, rise, size, connectivity));
    }
  });
});

test('seeds outside a mask do not count', async () => {
  const [{ data: values, width, height }, { data: mask }] = [randomValues(7, 5, 9, 1), randomMask(7, 5, 0.5, 2)];
  const restricted = guarded(gpu, { width, height });
  await runAnalysis(
    gpu,
    restrict,
    { width, height },
    {
      bindings: { values: gpu.storage(values), mask: gpu.storage(mask), restricted },
    },
  );
  expect(await unguarded(gpu, restricted, 35)).toEqual(restrictOnCpu(values, mask));
});

test('rounds go on while something is joined, and never after', async () => {
  const progress = gpu.storage(Uint32Array.of(9));
  const grid = gpu.zeros(3);
  const bindings = { settings: gpu.uniform(5, 2, 1), progress, grid };
  const run = (entry: string) => gpu.run(rounds, { constants: tinyWork, bindings, items: 1, entry });
  await run('start');
  expect([...(await gpu.words(grid, 3)), ...(await gpu.words(progress, 1))]).toEqual([5, 2, 1, 0]);
  gpu.write(progress, Uint32Array.of(1));
  await run('next');
  expect([...(await gpu.words(grid, 3)), ...(await gpu.words(progress, 1))]).toEqual([5, 2, 1, 0]);
  await run('next');
  expect([...(await gpu.words(grid, 3))]).toEqual([0, 0, 0]);
});
