// SPDX-License-Identifier: MIT

import { afterEach, expect, test, vi } from 'vitest';
import type { KernelVariants, TuningEntry } from '../../../src/problem/tuning-table.js';
import { kernelSets, planOf } from '../../support/engine-plans.js';

const size = { width: 60, height: 40, labelCount: 21 };
const shapes: KernelVariants = { splat: 'tile', blur: 'lanes', slice: 'lanes' };
const entry: TuningEntry = { adapter: 'acme one', pixels: 2048, channels: 20, featureDim: 5, ...shapes };

/** A page that has just been opened: what a page before remembered is in its storage alone. */
async function freshPage() {
  vi.resetModules();
  return import('../../../src/engine/tuner/choices.js');
}

function storage(before?: string) {
  const kept = new Map(before === undefined ? [] : [['meanfield.tuning', before]]);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  return kept;
}

afterEach(() => vi.unstubAllGlobals());

test('a choice is for one adapter, one class of sizes, one width of rows and one dimension', async () => {
  const { variantsBy } = await freshPage();
  const { rows, kernels } = planOf(kernelSets.usual, size);
  const [spatial, bilateral] = kernels.map(({ kernel }) => kernel);
  const found = (adapter: string, width: number, kernel = bilateral, channels = 20) =>
    variantsBy([entry], adapter, { ...size, width })(kernel, { ...rows, rowChannels: channels });
  const plain = { splat: 'runs', blur: 'blocks', slice: 'runs' };
  expect(found('acme one', 60)).toEqual(shapes);
  expect(found('acme one', 50)).toEqual(shapes);
  expect(found('acme one', 600)).toEqual(plain);
  expect(found('acme two', 60)).toEqual(plain);
  expect(found('acme one', 60, spatial)).toEqual(plain);
  expect(found('acme one', 60, bilateral, 24)).toEqual(plain);
});

test('the next page finds what was remembered; what is newer takes the place of what is older', async () => {
  storage();
  const first = await freshPage();
  first.remember([entry, { ...entry, featureDim: 2 }]);
  const second = await freshPage();
  expect(second.rememberedEntries()).toEqual([entry, { ...entry, featureDim: 2 }]);
  second.remember([{ ...entry, splat: 'lanes' }]);
  const third = await freshPage();
  expect(third.rememberedEntries()).toEqual([
    { ...entry, featureDim: 2 },
    { ...entry, splat: 'lanes' },
  ]);
});

test.each(['', 'no JSON', '{"version":0,"entries":[]}', '[]', '{"version":1,"entries":[{}]}'])(
  'a storage that holds %j counts as empty',
  async (text) => {
    storage(text);
    const page = await freshPage();
    expect(page.rememberedEntries()).toEqual([]);
    page.remember([entry]);
    expect((await freshPage()).rememberedEntries()).toEqual([entry]);
  },
);

test('a storage that throws, and none at all, cost the page nothing', async () => {
  const refuse = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  for (const broken of [{ getItem: refuse, setItem: refuse }, undefined]) {
    vi.stubGlobal('localStorage', broken);
    const page = await freshPage();
    page.remember([entry]);
    expect(page.rememberedEntries()).toEqual([entry]);
  }
  Object.defineProperty(globalThis, 'localStorage', { get: refuse, configurable: true });
  const page = await freshPage();
  page.remember([entry]);
  expect(page.rememberedEntries()).toEqual([entry]);
});
