// SPDX-License-Identifier: MIT

import { afterAll, describe, expect, test } from 'vitest';
import type { House } from '../support/doors/door.js';
import { housePlans } from '../support/doors/index.js';
import { sweep } from '../support/doors/sweep.js';

const houses: { name: string; house: House }[] = [];
for (const plan of housePlans.filter(({ needsGpu }) => !needsGpu)) {
  houses.push({ name: plan.name, house: await plan.build({}) });
}

afterAll(async () => {
  for (const { house } of houses) await house.close?.();
});

describe.each(houses)('$name', ({ house }) => {
  test.each(house.doors)('$name answers bad calls with one clear error', { timeout: 120_000 }, async (door) => {
    expect(await sweep(house, door)).toEqual([]);
  });
});
